import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import ts from "typescript-eslint";

/** Rooms from top to bottom; a room may import only from rooms below it. Rooms of one row never see each other. */
const rows = [["views"], ["tools", "canvas", "video", "sync"], ["editor"], ["geometry"], ["api"]];

const direction = rows.flatMap((row, depth) =>
  row.map((room) => {
    const forbidden = [...rows.slice(0, depth).flat(), ...row.filter((other) => other !== room)];
    return {
      files: [`src/${room}/**`],
      rules: forbidden.length
        ? {
            "no-restricted-imports": [
              "error",
              { patterns: [{ group: forbidden.map((r) => `**/${r}/**`), message: `${room} lies below or beside it` }] },
            ],
          }
        : {},
    };
  }),
);

export default ts.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ["**/*.svelte"],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      // The type checker knows the browser's names better.
      "no-undef": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // A hand-written router of few routes; SvelteKit's resolve() is not here.
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  ...direction,
);
