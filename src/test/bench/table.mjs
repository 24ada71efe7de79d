// Decode and prefill of models on every backend of this machine, beside llama.cpp, as shares of what
// the machine can do at most. For a machine whose OpenCL and Vulkan devices are its processor; one
// program runs at a time.
//
//   NODE_LLAMA=folder/with/node_modules node src/test/bench/table.mjs model.gguf...
//
// Prints each row when it is there, with all runs. MNEME names the command (default ./mneme), ROUNDS
// the runs of a row (3), LIMIT the seconds that a run may take before it ends with fewer tokens (30),
// BACKENDS and CASES patterns of what is wanted (all), THREADS the threads of a host (2).
import path from "node:path";
import {likeness, median, start} from "./programs.mjs";

const {MNEME = "./mneme", ROUNDS = "3", LIMIT = "30", BACKENDS = "", CASES = "", THREADS = "2"} = process.env;
const here = import.meta.dirname;
const wanted = (pattern) => (name) => new RegExp(pattern).test(name);

const cases = {
    "decode of 1": "decode 1 1 32",
    "decode of 8": "decode 8 1 16",
    "decode of 32": "decode 32 1 8",
    "prefill of 512": "prefill 512"
};

const ours = (device) => (model) => start(MNEME, [
    "bench", "model", "--model", model, "--device", device, "--threads", THREADS,
    "--sequences", "32", "--ctx", "64", "--longest", "544", "--limit", LIMIT
]);
const theirs = (device) => (model) =>
    start("node", [path.join(here, "llama.mjs"), model, THREADS], {DEVICE: device, LIMIT});
const backends = {
    "host": ours("host"),
    "llama.cpp": theirs("cpu"),
    "opencl:0": ours("opencl:0"),
    "vulkan:0": ours("vulkan:0"),
    "llama.cpp, Vulkan": theirs("vulkan")
};

// Runs of one row, after one that is not counted unless it took most of what a run may take.
async function runs(program, command) {
    const first = await program.ask(command);
    if (first.seconds > Number(LIMIT) / 2) return [first];
    const all = [];
    for (let round = 0; round < Number(ROUNDS); round++) all.push(await program.ask(command));
    return all;
}

const percent = (part, whole) => (whole > 0 ? (100 * part / whole).toFixed(1) + " %" : "");

// What one token moves and computes at least, as ours counts it; the other program is held to the same.
async function costs(model) {
    const program = ours("host")(model);
    const ceiling = await program.ask("ceiling");
    const token = {};
    for (const [label, command] of Object.entries(cases)) {
        const {bytes, flop, tokens} = await program.ask(command);
        token[label] = {bytes: bytes / tokens, flop: flop / tokens};
    }
    await program.stop();
    return {ceiling, token};
}

async function measure(model) {
    const {ceiling, token} = await costs(model);
    console.log(`\n${path.basename(model)}: the host moves ${(ceiling.bytes_per_s / 1e9).toFixed(1)} GB/s and ` +
        `computes ${(ceiling.flop_per_s / 1e9).toFixed(0)} GFLOP/s at most\n`);
    console.log("| | | tokens/s, all runs | of the bytes/s | of the FLOP/s |\n|---|---|---|---|---|");
    const checks = {};
    for (const backend of Object.keys(backends).filter(wanted(BACKENDS))) {
        const program = backends[backend](model);
        try {
            for (const label of Object.keys(cases).filter(wanted(CASES))) {
                const all = await runs(program, cases[label]);
                const speed = median(all.map((run) => run.tokens_per_s));
                const shares = [
                    percent(speed * token[label].bytes, ceiling.bytes_per_s),
                    percent(speed * token[label].flop, ceiling.flop_per_s)
                ];
                const told = all.map((run) => run.tokens_per_s.toFixed(2)).join(", ");
                const few = all.some((run) => run.seconds > Number(LIMIT)) ? ` (${all[0].tokens} tokens)` : "";
                console.log(`| ${backend} | ${label} | ${told}${few} | ${shares.join(" | ")} |`);
            }
            checks[backend] = await program.ask("check 64");
        } catch (error) {
            console.log(`| ${backend} | ${error.message} | | | |`);
        }
        await program.stop();
    }
    const [reference, ...others] = Object.keys(checks);
    others.forEach((name) =>
        console.log(`correctness: ${name} beside ${reference}: ${likeness(checks[name], checks[reference])}`));
}

for (const model of process.argv.slice(2)) await measure(path.resolve(model));
