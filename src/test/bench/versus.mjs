// Mneme and llama.cpp on the same file, in alternating short rounds on the same machine. Both
// programs stay loaded and work only while it is their turn; one that spins while idle would show.
//
//   NODE_LLAMA=folder/with/node_modules node src/test/bench/versus.mjs model.gguf [rounds] [threads]
//
// Prints every round, then a table of medians and whether both computed the same; MNEME names the
// command (default ./mneme), CASES a pattern of the rows that are wanted (default all).
import path from "node:path";
import {likeness, median, start} from "./programs.mjs";

const [model, rounds = "5", threads = "2"] = process.argv.slice(2);
const here = import.meta.dirname;
const cases = [
    ["decode, 1 sequence, empty context", "decode 1 8 24"],
    ["decode, 1 sequence, 2,000 tokens of context", "decode 1 2000 16"],
    ["decode, 8 sequences, short contexts", "decode 8 32 8"],
    ["decode, 16 sequences, short contexts", "decode 16 32 4"],
    ["prefill of 512 tokens", "prefill 512"]
].filter(([label]) => new RegExp(process.env.CASES ?? "").test(label));

const mneme = process.env.MNEME ?? "./mneme";
const programs = {
    mneme: start(mneme, ["bench", "model", "--model", path.resolve(model), "--threads", threads]),
    "llama.cpp": start("node", [path.join(here, "llama.mjs"), path.resolve(model), threads])
};
const peaks = {};
for (const [name, program] of Object.entries(programs)) {
    peaks[name] = (await program.ask("memory")).peak_kib;
    for (const [, command] of cases) await program.ask(command);
    await program.ask(cases[0][1]);
}
console.log("peak memory after loading, KiB:", JSON.stringify(peaks));

const rows = [];
for (const [label, command] of cases) {
    const speeds = {mneme: [], "llama.cpp": []};
    for (let round = 0; round < Number(rounds); round++) {
        for (const [name, program] of Object.entries(programs)) {
            const answer = await program.ask(command);
            speeds[name].push(answer.tokens_per_s);
            console.log(`${label} | ${name} | ${answer.tokens_per_s.toFixed(2)} tokens/s | ${answer.cpu_s.toFixed(2)} CPU s`);
        }
    }
    const ours = median(speeds.mneme);
    const theirs = median(speeds["llama.cpp"]);
    rows.push(`| ${label} | ${ours.toFixed(2)} | ${theirs.toFixed(2)} | ${(ours / theirs).toFixed(2)} |`);
}
console.log("| | Mneme tokens/s | llama.cpp tokens/s | ratio |\n|---|---|---|---|");
rows.forEach((row) => console.log(row));

const ours = await programs.mneme.ask("check 64");
const theirs = await programs["llama.cpp"].ask("check 64");
console.log("correctness: after 64 tokens " + likeness(ours, theirs));
Object.values(programs).forEach((program) => program.stop());
