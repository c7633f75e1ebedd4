/** What the kernel answers, by its name (errno(3)), with the C library's words. */
const errorTexts = {
  ENOENT: 'No such file or directory',
  EEXIST: 'File exists',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  EROFS: 'Read-only file system',
  ENOSPC: 'No space left on device',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ELOOP: 'Too many levels of symbolic links',
  EINVAL: 'Invalid argument',
  EBADF: 'Bad file descriptor',
  EBUSY: 'Device or resource busy',
  EXDEV: 'Invalid cross-device link',
  EPIPE: 'Broken pipe',
  EAGAIN: 'Resource temporarily unavailable',
  ENAMETOOLONG: 'File name too long',
  ENOMEM: 'Cannot allocate memory',
  ENOEXEC: 'Exec format error',
  ESRCH: 'No such process',
  EIO: 'I/O error',
} as const;

export type ErrorCode = keyof typeof errorTexts;

/** A system call that failed; `path` is what the caller named. */
export class SystemError extends Error {
  readonly code: ErrorCode;
  readonly path: string;

  constructor(code: ErrorCode, path = '') {
    super(errorTexts[code]);
    this.name = 'SystemError';
    this.code = code;
    this.path = path;
  }
}

export const isSystemError = (error: unknown, code?: ErrorCode): error is SystemError =>
  error instanceof SystemError && (code === undefined || error.code === code);
