// The meta-schema that OpenRPC publishes, with the draft-7 schema that it names by address.
import schemaOfSchemas from "@json-schema-tools/meta-schema";
import metaSchema from "@open-rpc/meta-schema";
import Ajv from "ajv";
import { run } from "./document.mjs";

run(({ document }) => {
  const ajv = new Ajv({ schemaId: "auto", allErrors: true, logger: false });
  ajv.addSchema(schemaOfSchemas.default ?? schemaOfSchemas, "https://meta.json-schema.tools");
  ajv.validate(metaSchema.default ?? metaSchema, document);
  const problems = (ajv.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`);
  return [`${document.methods.length} methods`, problems];
});
