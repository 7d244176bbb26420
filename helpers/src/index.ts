export * from "./display/to-bundle.js";
