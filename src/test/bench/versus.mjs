// Mneme and llama.cpp on the same file, in alternating short rounds on the same machine. Both
// programs stay loaded and work only while it is their turn; one that spins while idle would show.
//
//   NODE_LLAMA=folder/with/node_modules node src/test/bench/versus.mjs model.gguf [rounds] [threads]
//
// Prints every round, then a table of medians and whether both computed the same; MNEME names the
// command (default ./mneme), CASES a pattern of the rows that are wanted (default all).
import {spawn} from "node:child_process";
import {createInterface} from "node:readline";
import path from "node:path";

const [model, rounds = "5", threads = "2"] = process.argv.slice(2);
const here = import.meta.dirname;
const cases = [
    ["decode, 1 sequence, empty context", "decode 1 8 24"],
    ["decode, 1 sequence, 2,000 tokens of context", "decode 1 2000 16"],
    ["decode, 8 sequences, short contexts", "decode 8 32 8"],
    ["decode, 16 sequences, short contexts", "decode 16 32 4"],
    ["prefill of 512 tokens", "prefill 512"]
].filter(([label]) => new RegExp(process.env.CASES ?? "").test(label));

function start(command, args) {
    const child = spawn(command, args, {stdio: ["pipe", "pipe", "inherit"]});
    const waiting = [];
    createInterface({input: child.stdout}).on("line", (line) => {
        if (line.startsWith("{")) waiting.shift()(JSON.parse(line));
    });
    child.on("exit", (code) => {
        if (waiting.length > 0) throw new Error(`${command} ended with ${code}`);
    });
    return {
        ask: (line) => new Promise((done) => { waiting.push(done); child.stdin.write(line + "\n"); }),
        stop: () => child.stdin.end("quit\n")
    };
}

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

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
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

// Shares of the ten likeliest tokens among each other: one program rounds what the other does not.
const shares = (top) => {
    const whole = top.reduce((sum, [, p]) => sum + p, 0);
    return new Map(top.map(([token, p]) => [token, p / whole]));
};
const ours = shares((await programs.mneme.ask("check 64")).top);
const theirs = shares((await programs["llama.cpp"].ask("check 64")).top);
const common = [...ours.keys()].filter((token) => theirs.has(token));
const apart = Math.max(...common.map((token) => Math.abs(ours.get(token) - theirs.get(token))));
console.log(`correctness: after 64 tokens the likeliest next token is ${[...ours.keys()][0]} here and ` +
    `${[...theirs.keys()][0]} there; of the ten likeliest ${common.length} are common, their shares at most ` +
    `${apart.toFixed(4)} apart`);
Object.values(programs).forEach((program) => program.stop());
