/** What the interface says in Korean, by its English text. Short forms, as menus have them. */
export const korean: Readonly<Record<string, string>> = {
  Cancel: '취소',
};
