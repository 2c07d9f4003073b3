// The health check of a member of the replica set, run by mongosh beside it: exit code 0 means ready.
// With MONGO_MEMBERS the first check initiates the set. Once this member leads, the users are made,
// or get the passwords of the environment, one time for each start of the container.
const fs = require("fs");
const MARK = "/tmp/users-are-made";
const { MONGO_SET, MONGO_MEMBERS, MONGO_ADMIN_PASSWORD, MONGO_PASSWORD } = process.env;

function initiate() {
  const members = MONGO_MEMBERS.split(",").map((host, _id) => ({ _id, host, priority: _id ? 1 : 2 }));
  try {
    rs.initiate({ _id: MONGO_SET, members });
  } catch (error) {
    if (error.codeName !== "AlreadyInitialized") throw error;
  }
}

function setUser(admin, user, pwd, roles) {
  if (admin.getUser(user)) admin.updateUser(user, { pwd, roles });
  else admin.createUser({ user, pwd, roles });
}

function makeUsers() {
  const admin = db.getSiblingDB("admin");
  try {
    admin.auth("admin", MONGO_ADMIN_PASSWORD);
  } catch (error) {
    // Who comes from this machine may make the first user, and nothing else.
    admin.createUser({ user: "admin", pwd: MONGO_ADMIN_PASSWORD, roles: ["root"] });
    admin.auth("admin", MONGO_ADMIN_PASSWORD);
  }
  setUser(admin, "octavo", MONGO_PASSWORD, [
    { role: "readWrite", db: "octavo" },
    { role: "dbAdmin", db: "octavo" },
    { role: "read", db: "config" },
  ]);
}

const hello = db.hello();
if (!hello.setName) {
  if (MONGO_MEMBERS) initiate();
  quit(1);
}
if (!MONGO_MEMBERS) quit(hello.isWritablePrimary || hello.secondary ? 0 : 1);
if (!fs.existsSync(MARK)) {
  if (!hello.isWritablePrimary) quit(1);
  makeUsers();
  fs.writeFileSync(MARK, "");
}
quit(hello.isWritablePrimary || (hello.secondary && hello.primary) ? 0 : 1);
