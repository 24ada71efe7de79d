// Times llama.cpp (npm package node-llama-cpp, prebuilt) on command, in the protocol of
// mneme.cli.bench.ModelSpeed: "prefill TOKENS", "decode SEQUENCES CONTEXT STEPS", "check TOKENS",
// "memory", "quit" on standard input, one line of JSON each on standard output.
//
//   NODE_LLAMA=folder/with/node_modules node llama.mjs model.gguf [threads] [f16|bf16|q8_0]
//
// DEVICE=vulkan computes on the first Vulkan device, be it a processor. LIMIT is the seconds that a
// round may take; one that would take longer reads or makes fewer tokens.
import {createInterface} from "node:readline";
import {pathToFileURL} from "node:url";
import {readFileSync} from "node:fs";
import path from "node:path";

const home = path.resolve(process.env.NODE_LLAMA ?? ".", "node_modules/node-llama-cpp/dist/index.js");
const {getLlama} = await import(pathToFileURL(home));
const [file, threadsWord = "2", kv = "f16"] = process.argv.slice(2);
const threads = Number(threadsWord);
const isVulkan = process.env.DEVICE === "vulkan";
if (isVulkan) {
    process.env.GGML_VK_VISIBLE_DEVICES ??= "0"; // else it leaves processors out
}
const llama = await getLlama({
    gpu: isVulkan ? "vulkan" : false, build: "never", maxThreads: threads, logLevel: "error", vramPadding: 0
});
const model = await llama.loadModel({modelPath: file, gpuLayers: isVulkan ? "max" : 0, useMmap: true});
const size = model.fileInfo.metadata.tokenizer.ggml.tokens.length;
const limit = Number(process.env.LIMIT ?? "Infinity");

function peakKib() {
    const line = readFileSync("/proc/self/status", "utf8").split("\n").find((l) => l.startsWith("VmHWM"));
    return Number(line.replace(/\D/g, ""));
}

// One context for single sequences, one for as many as were asked for at most so far.
let many = [];
let one = [];

async function open(sequences, tokens) {
    const types = {f16: "F16", bf16: "BF16", q8_0: "Q8_0"};
    const made = await model.createContext({
        sequences, contextSize: tokens, batchSize: 512, threads: {ideal: threads, min: threads},
        experimentalKvCacheKeyType: types[kv], experimentalKvCacheValueType: types[kv],
        flashAttention: process.env.FLASH === "off" ? false : "auto"
    });
    return Array.from({length: sequences}, () => made.getSequence());
}

async function context(sequences, tokens) {
    if (sequences === 1) {
        if (one.length === 0) one = await open(1, tokens);
        return one;
    }
    if (many.length < sequences) {
        if (many.length > 0) await many[0].context.dispose();
        many = await open(sequences, tokens);
    }
    return many.slice(0, sequences);
}

// Of low numbers, as any vocabulary has them.
const least = Math.min(1000, size >> 2);
const most = Math.min(20000, size - least);
const draw = (count) => Array.from({length: count}, () => least + Math.floor(Math.random() * most));

async function feed(sequence, tokens) {
    const last = tokens.length - 1;
    const out = await sequence.controlledEvaluate(
        tokens.map((t, i) => (i === last ? [t, {generateNext: {token: true, options: {temperature: 0}}}] : t)));
    return out[last].next.token;
}

// The ten most likely tokens after a prompt that both programs make alike.
async function check(count) {
    const [sequence] = await context(1, 2304);
    await sequence.clearHistory();
    const prompt = Array.from({length: count}, (_, i) => (1000 + (i * 7919) % 20000) % size);
    const out = await sequence.controlledEvaluate(prompt.map((t, i) =>
        (i === count - 1 ? [t, {generateNext: {probabilities: true, options: {temperature: 1, topK: 10}}}] : t)));
    const top = [...out[count - 1].next.probabilities].sort((a, b) => b[1] - a[1]).slice(0, 10);
    console.log(JSON.stringify({what: "check", top}));
}

// `work` gives the number of tokens that it read or made.
async function timed(what, work) {
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    const tokens = await work(() => Number(process.hrtime.bigint() - start) / 1e9);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const used = process.cpuUsage(cpu);
    return {what, tokens, seconds, tokens_per_s: tokens / seconds, cpu_s: (used.user + used.system) / 1e6};
}

async function read(tokens) {
    const [sequence] = await context(1, 2304);
    await sequence.clearHistory();
    return timed("prefill", async () => {
        await feed(sequence, draw(tokens));
        return tokens;
    });
}

async function prefill(tokens) {
    if (limit === Infinity) return read(tokens);
    const few = await read(Math.min(16, tokens));
    const count = Math.min(tokens, Math.floor(few.tokens_per_s * limit / 16) * 16);
    return count > few.tokens ? read(count) : few;
}

async function decode(count, at, steps) {
    const sequences = await context(count, count > 1 ? 128 : 2304);
    const next = await Promise.all(sequences.map(async (s) => {
        if (s.nextTokenIndex > at + 1) {
            await s.eraseContextTokenRanges([{start: at, end: s.nextTokenIndex}]);
        }
        return feed(s, draw(Math.max(1, at - s.nextTokenIndex)));
    }));
    return timed("decode", async (seconds) => {
        let done = 0;
        while (done < steps && (done === 0 || seconds() < limit)) {
            const out = await Promise.all(sequences.map((s, j) => feed(s, [next[j]])));
            out.forEach((t, j) => { next[j] = t; });
            done++;
        }
        return sequences.length * done;
    });
}

for await (const line of createInterface({input: process.stdin})) {
    const [word, ...numbers] = line.trim().split(/\s+/);
    const n = numbers.map(Number);
    if (word === "quit") {
        break;
    } else if (word === "prefill") {
        console.log(JSON.stringify(await prefill(n[0])));
    } else if (word === "decode") {
        console.log(JSON.stringify(await decode(n[0], n[1], n[2])));
    } else if (word === "check") {
        await check(n[0]);
    } else if (word === "memory") {
        console.log(JSON.stringify({what: "memory", peak_kib: peakKib()}));
    } else {
        throw new Error("no such command: " + line);
    }
}
process.exit(0);
