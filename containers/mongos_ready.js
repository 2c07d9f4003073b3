// The health check of mongos in a sharded cluster, run by mongosh beside it: exit code 0 means ready.
// The first check adds the shards and spreads the collections by containers/shard_keys.json. Collections
// that exist already must have an index that begins with their key: here they are still empty.
const fs = require("fs");
const MARK = "/tmp/collections-are-spread";
const { MONGO_SHARDS, MONGO_ADMIN_PASSWORD } = process.env;

function spread() {
  const admin = db.getSiblingDB("admin");
  admin.auth("admin", MONGO_ADMIN_PASSWORD);
  const run = (command) => {
    const answer = admin.runCommand(command);
    if (!answer.ok) throw new Error(`${Object.keys(command)[0]}: ${answer.errmsg}`);
  };
  for (const shard of MONGO_SHARDS.split(",")) run({ addShard: shard });
  const keys = JSON.parse(fs.readFileSync("/containers/shard_keys.json", "utf8"));
  for (const [name, key] of Object.entries(keys)) {
    run({ shardCollection: `octavo.${name}`, key });
  }
}

if (db.hello().msg !== "isdbgrid") quit(1);
if (!fs.existsSync(MARK)) {
  spread();
  fs.writeFileSync(MARK, "");
}
quit(0);
