import dgram from "node:dgram";
import { once } from "node:events";
import { useNameServers } from "../../outgoing/resolve-host.ts";

/** A question as it came: its name and its type. */
export type Question = { name: string; type: "A" | "AAAA" };
/** What a name server answers: addresses (those of the type asked are sent), an error by its number (RFC 1035, 4.1.1), one answer in raw bytes, or never. */
export type NameAnswer = { addresses: readonly string[] } | { rcode: 1 | 2 | 3 | 5 } | { raw: Buffer } | null;

/** A real name server on loopback, over UDP, which journals what it is asked. Checks ask it and nobody else. */
export type NameServer = {
  journal: Question[];
  stop(): Promise<void>;
};

const TYPES: Record<number, Question["type"] | undefined> = { 1: "A", 28: "AAAA" };

export async function openNameServer(
  answer: (question: Question, nth: number) => NameAnswer | Promise<NameAnswer>,
): Promise<NameServer> {
  const journal: Question[] = [];
  const socket = dgram.createSocket("udp4");
  socket.on("message", async (query, { port, address }) => {
    const { question, end } = readQuestion(query);
    journal.push(question);
    const nth = journal.filter(({ name, type }) => name === question.name && type === question.type).length;
    const given = await answer(question, nth);
    if (given !== null && !isClosed) socket.send(writeAnswer(query.subarray(0, end), question, given), port, address);
  });
  let isClosed = false;
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  useNameServers([`127.0.0.1:${socket.address().port}`]);
  return {
    journal,
    async stop() {
      isClosed = true;
      useNameServers(null);
      socket.close();
      await once(socket, "close");
    },
  };
}

function readQuestion(query: Buffer): { question: Question; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = TYPES[query.readUInt16BE(at + 1)];
  if (type === undefined) throw new Error("asked for what no check needs");
  // Resolvers vary the case, so that answers are harder to forge.
  return { question: { name: labels.join(".").toLowerCase(), type }, end: at + 5 };
}

function writeAnswer(query: Buffer, { type }: Question, answer: Exclude<NameAnswer, null>): Buffer {
  const head = Buffer.from(query);
  head.writeUInt16BE(0x8180 | ("rcode" in answer ? answer.rcode : 0), 2);
  head.writeUInt16BE(0, 10);
  if ("raw" in answer) {
    head.writeUInt16BE(1, 6);
    return Buffer.concat([head, answer.raw]);
  }
  const addresses =
    "addresses" in answer ? answer.addresses.filter((one) => one.includes(":") === (type === "AAAA")) : [];
  head.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([head, ...addresses.map(writeRecord)]);
}

/** One resource record: the name of the question, a minute to live, an address. */
function writeRecord(address: string): Buffer {
  const isSix = address.includes(":");
  const bytes = isSix ? bytesOfSix(address) : Buffer.from(address.split(".").map(Number));
  const fixed = Buffer.from([0xc0, 12, 0, isSix ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, bytes.byteLength]);
  return Buffer.concat([fixed, bytes]);
}

function bytesOfSix(address: string): Buffer {
  const [left = [], right = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return Buffer.from(groups.map((group) => group.padStart(4, "0")).join(""), "hex");
}
