// What the scripts that time programs share: a program that answers commands, and what its answers
// say.
import {spawn} from "node:child_process";
import {createInterface} from "node:readline";

// A program in the protocol of mneme.cli.bench.ModelCommands. `ask` fails if it has ended.
export function start(command, args, env = {}) {
    const child = spawn(command, args, {stdio: ["pipe", "pipe", "pipe"], env: {...process.env, ...env}});
    const waiting = [];
    let last = "";
    let ended;
    createInterface({input: child.stderr}).on("line", (line) => {
        if (!/incubator/.test(line)) last = line;
    });
    createInterface({input: child.stdout}).on("line", (line) => {
        if (line.startsWith("{")) waiting.shift().done(JSON.parse(line));
    });
    const end = (why) => {
        ended = new Error(why);
        waiting.splice(0).forEach(({failed}) => failed(ended));
    };
    child.on("error", (error) => end(error.message));
    child.stdin.on("error", () => {}); // told by its end
    child.on("close", (code, signal) => end(`ended with ${signal ?? code}: ${last}`));
    return {
        ask: (line) => new Promise((done, failed) => {
            if (ended) return failed(ended);
            waiting.push({done, failed});
            child.stdin.write(line + "\n");
        }),
        stop: () => new Promise((done) => {
            if (ended) return done();
            child.on("close", done);
            child.stdin.end("quit\n");
        })
    };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// Shares of the ten likeliest tokens among each other: one program rounds what the other does not.
const shares = ({top}) => {
    const whole = top.reduce((sum, [, p]) => sum + p, 0);
    return new Map(top.map(([token, p]) => [token, p / whole]));
};

// What two answers to "check" have in common, in words.
export function likeness(one, other) {
    const ours = shares(one);
    const theirs = shares(other);
    const common = [...ours.keys()].filter((token) => theirs.has(token));
    const apart = Math.max(0, ...common.map((token) => Math.abs(ours.get(token) - theirs.get(token))));
    return `the likeliest next token is ${[...ours.keys()][0]} here and ${[...theirs.keys()][0]} there; of the ` +
        `ten likeliest ${common.length} are common, their shares at most ${apart.toFixed(4)} apart`;
}
