"""What the server's code lacks, loaded in front of it, so that the application is deployed as it is.

The server trusts no proxy, so every client has the address of the last one, and a limit of requests for one
client is a limit for all. And it prints the database's address, password included, at each start.
"""

# Express calls `defaultConfiguration` once for each application that it makes.
PRELOAD = r"""
const { application } = require(require.resolve("express", { paths: [process.cwd()] }));
const configure = application.defaultConfiguration;
application.defaultConfiguration = function () {
  configure.call(this);
  this.set("trust proxy", Number(process.env.PROXY_HOPS));
};

const userInfo = /(\w+:\/\/[^\s:@\/]*:)[^\s@]+(?=@)/g;
for (const level of ["log", "info", "warn", "error"]) {
  const write = console[level];
  console[level] = (...parts) =>
    write(...parts.map((part) => (typeof part === "string" ? part.replace(userInfo, "$1***") : part)));
}
""".strip()

START_COMMAND = (
    '/bin/sh -c \'printf "%s" "$PRELOAD" > /tmp/preload.js; exec node -r /tmp/preload.js dist/server.js\''
)
"""Node gets the signal to stop itself, as it does behind the image's own entry point."""
