// Times llama.cpp (npm package node-llama-cpp, prebuilt) on command, in the protocol of
// mneme.cli.bench.ModelSpeed: "prefill TOKENS", "decode SEQUENCES CONTEXT STEPS", "check TOKENS",
// "memory", "quit" on standard input, one line of JSON each on standard output.
//
//   NODE_LLAMA=folder/with/node_modules node llama.mjs model.gguf [threads] [f16|bf16|q8_0]
import {createInterface} from "node:readline";
import {pathToFileURL} from "node:url";
import {readFileSync} from "node:fs";
import path from "node:path";

const home = path.resolve(process.env.NODE_LLAMA ?? ".", "node_modules/node-llama-cpp/dist/index.js");
const {getLlama} = await import(pathToFileURL(home));
const [file, threadsWord = "2", kv = "f16"] = process.argv.slice(2);
const threads = Number(threadsWord);
const llama = await getLlama({gpu: false, build: "never", maxThreads: threads, logLevel: "error"});
const model = await llama.loadModel({modelPath: file, gpuLayers: 0, useMmap: true});
const contexts = new Map();
const vocabulary = 20000; // smaller than that of any model timed

function peakKib() {
    const line = readFileSync("/proc/self/status", "utf8").split("\n").find((l) => l.startsWith("VmHWM"));
    return Number(line.replace(/\D/g, ""));
}

async function context(sequences, tokens) {
    const key = sequences > 1 ? "many" : "one";
    if (!contexts.has(key)) {
        const types = {f16: "F16", bf16: "BF16", q8_0: "Q8_0"};
        const made = await model.createContext({
            sequences, contextSize: tokens, batchSize: 512, threads: {ideal: threads, min: threads},
            experimentalKvCacheKeyType: types[kv], experimentalKvCacheValueType: types[kv],
            flashAttention: process.env.FLASH === "off" ? false : "auto"
        });
        contexts.set(key, Array.from({length: sequences}, () => made.getSequence()));
    }
    return contexts.get(key);
}

const draw = (count) => Array.from({length: count}, () => 1000 + Math.floor(Math.random() * vocabulary));

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
    const prompt = Array.from({length: count}, (_, i) => 1000 + (i * 7919) % vocabulary);
    const out = await sequence.controlledEvaluate(prompt.map((t, i) =>
        (i === count - 1 ? [t, {generateNext: {probabilities: true, options: {temperature: 1, topK: 10}}}] : t)));
    const top = [...out[count - 1].next.probabilities].sort((a, b) => b[1] - a[1]).slice(0, 10);
    console.log(JSON.stringify({what: "check", top}));
}

async function timed(what, tokens, work) {
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    await work();
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const used = process.cpuUsage(cpu);
    console.log(JSON.stringify({
        what, tokens, seconds, tokens_per_s: tokens / seconds, cpu_s: (used.user + used.system) / 1e6
    }));
}

async function prefill(tokens) {
    const [sequence] = await context(1, 2304);
    await sequence.clearHistory();
    await timed("prefill", tokens, () => feed(sequence, draw(tokens)));
}

async function decode(count, at, steps) {
    const sequences = (await context(count, count > 1 ? 512 : 2304)).slice(0, count);
    const next = await Promise.all(sequences.map(async (s) => {
        if (s.nextTokenIndex > at + 1) {
            await s.eraseContextTokenRanges([{start: at, end: s.nextTokenIndex}]);
        }
        const missing = Math.max(1, at - s.nextTokenIndex);
        return feed(s, draw(missing));
    }));
    await timed("decode", count * steps, async () => {
        for (let i = 0; i < steps; i++) {
            const out = await Promise.all(sequences.map((s, j) => feed(s, [next[j]])));
            out.forEach((t, j) => { next[j] = t; });
        }
    });
}

for await (const line of createInterface({input: process.stdin})) {
    const [word, ...numbers] = line.trim().split(/\s+/);
    const n = numbers.map(Number);
    if (word === "quit") {
        break;
    } else if (word === "prefill") {
        await prefill(n[0]);
    } else if (word === "decode") {
        await decode(n[0], n[1], n[2]);
    } else if (word === "check") {
        await check(n[0]);
    } else if (word === "memory") {
        console.log(JSON.stringify({what: "memory", peak_kib: peakKib()}));
    } else {
        throw new Error("no such command: " + line);
    }
}
process.exit(0);
