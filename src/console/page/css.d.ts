/** Style sheets, which the bundler writes to a file of their own. */
declare module "*.css";
