// A clinic's system that speaks through `fhir-kit-client`: does its work, prints what it saw.
import { text } from "node:stream/consumers";
import { Client } from "fhir-kit-client";

const { base, token } = JSON.parse(await text(process.stdin));
const client = new Client({ baseUrl: base, bearerToken: token });
const seen = {};

const auth = await client.smartAuthMetadata();
seen.tokenUrl = auth.tokenUrl.href;
seen.authorizeUrl = auth.authorizeUrl.href;
seen.fhirVersion = (await client.capabilityStatement()).fhirVersion;

const patient = await client.create({
  resourceType: "Patient",
  body: { resourceType: "Patient", name: [{ family: "Проба" }], birthDate: "1990-01-02" },
});
const subject = { reference: `Patient/${patient.id}` };
const entry = [1, 2, 3, 4, 5].map((day) => ({
  resource: {
    resourceType: "Observation",
    status: "final",
    code: { coding: [{ system: "http://loinc.org", code: "718-7" }] },
    subject,
    effectiveDateTime: `2026-01-0${day}`,
  },
  request: { method: "POST", url: "Observation" },
}));
const done = await client.transaction({
  body: { resourceType: "Bundle", type: "transaction", entry },
});
seen.transaction = done.entry.map((one) => one.response.status.slice(0, 3));

async function dates(options) {
  const searchParams = { patient: patient.id, _sort: "-date", _count: 2 };
  let page = await client.search({ resourceType: "Observation", searchParams, options });
  const found = [];
  while (page) {
    found.push((page.entry ?? []).map((one) => one.resource.effectiveDateTime));
    page = await client.nextPage({ bundle: page });
  }
  return found;
}
seen.pages = await dates();
seen.pagesByForm = await dates({ postSearch: true });

const name = { resourceType: "Patient", id: patient.id };
const patched = await client.patch({
  ...name,
  jsonPatch: [{ op: "add", path: "/gender", value: "female" }],
});
seen.patched = [patched.gender, patched.meta.versionId];
seen.updated = (await client.update({ ...name, body: { ...patched, active: true } })).active;
seen.former = (await client.vread({ ...name, version: "1" })).gender ?? null;
seen.history = (await client.history(name)).entry.length;
const observation = (await client.search({
  resourceType: "Observation",
  searchParams: { patient: patient.id, _count: 1 },
})).entry[0].resource;
seen.resolved = (await client.resolve({
  reference: observation.subject.reference,
  context: observation,
})).id === patient.id;
const everything = await client.operation({ ...name, name: "$everything", method: "GET" });
seen.everything = everything.entry.length;
await client.delete({ resourceType: "Observation", id: observation.id });
seen.deleted = await client
  .read({ resourceType: "Observation", id: observation.id })
  .catch((error) => [error.response.status, error.response.data.resourceType]);

process.stdout.write(JSON.stringify(seen));
