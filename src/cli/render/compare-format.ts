export const compareFormats = ["table", "json", "html"] as const;
export type CompareFormat = (typeof compareFormats)[number];
