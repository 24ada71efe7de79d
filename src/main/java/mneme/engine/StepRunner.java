package mneme.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.device.Batch;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Program;
import mneme.device.Span;
import mneme.text.LogitsException;
import mneme.text.Logprobs;
import mneme.text.Sampler;
import org.jspecify.annotations.Nullable;

/// Runs the steps of one model on its device and draws the next tokens. A row that is not finite
/// breaks its own stream only.
final class StepRunner {
  private final Program program;
  private final Logits logits;
  private final Sampler sampler;

  StepRunner(Program program, int vocabulary) {
    this.program = program;
    this.logits = new Logits(vocabulary);
    this.sampler = new Sampler(vocabulary);
  }

  Program program() {
    return program;
  }

  /// @param drafts streams by lease; a lease that has none is skipped
  /// @param given rows that the stage before ended in, if the program is a stage's
  List<Outcome> run(
      List<Run> runs, DevicePool pool, Map<Long, Draft> drafts, float @Nullable [] given) {
    List<@Nullable Draft> active = active(runs, drafts);
    List<Span> spans = spans(runs, active, false);
    if (!spans.isEmpty()) {
      logits.want(enough(runs, active));
      program.run(new Batch(spans, given), pool, logits);
    }
    return outcomes(runs, active);
  }

  /// Runs a stage that is not the last: returns what it ends in, a row for each token.
  float[] carry(
      List<Run> runs, DevicePool pool, Map<Long, Draft> drafts, float @Nullable [] given) {
    List<Span> spans = spans(runs, active(runs, drafts), true);
    if (!spans.isEmpty()) {
      program.run(new Batch(spans, given), pool, logits);
    }
    return Arrays.copyOf(logits.values(), logits.rows() * logits.width());
  }

  private static List<@Nullable Draft> active(List<Run> runs, Map<Long, Draft> drafts) {
    List<@Nullable Draft> active = new ArrayList<>(runs.size());
    for (Run run : runs) {
      Draft draft = drafts.get(run.lease());
      active.add(draft != null && draft.wants(run.slice()) ? draft : null);
    }
    return active;
  }

  private static List<Span> spans(
      List<Run> runs, List<@Nullable Draft> active, boolean wantsEveryRow) {
    List<Span> spans = new ArrayList<>(runs.size());
    for (int i = 0; i < runs.size(); i++) {
      Draft draft = active.get(i);
      Slice slice = runs.get(i).slice();
      if (draft != null) {
        spans.add(draft.span(runs.get(i), wantsEveryRow ? slice.count() : slice.draws() ? 1 : 0));
      }
    }
    return spans;
  }

  /// How many of the best tokens are enough to draw from in every row of a step; 0 if some row
  /// needs all.
  private static int enough(List<Run> runs, List<@Nullable Draft> active) {
    int most = 1;
    for (int i = 0; i < runs.size(); i++) {
      Draft draft = active.get(i);
      if (draft != null && runs.get(i).slice().draws()) {
        int candidates = draft.candidates();
        if (candidates == 0) {
          return 0;
        }
        most = Math.max(most, candidates);
      }
    }
    return most;
  }

  /// What came of runs that were not run.
  static List<Outcome> skipped(List<Run> runs) {
    return runs.stream().<Outcome>map(run -> new Outcome.Skipped(run.lease())).toList();
  }

  private List<Outcome> outcomes(List<Run> runs, List<@Nullable Draft> active) {
    List<Outcome> outcomes = new ArrayList<>(runs.size());
    int row = 0;
    for (int i = 0; i < runs.size(); i++) {
      Slice slice = runs.get(i).slice();
      Draft draft = active.get(i);
      if (draft == null) {
        outcomes.add(new Outcome.Skipped(slice.lease()));
      } else if (slice.draws()) {
        outcomes.add(draw(slice.lease(), draft, row++));
      } else {
        outcomes.add(new Outcome.Read(slice.lease(), slice.end()));
      }
    }
    return outcomes;
  }

  private Outcome draw(long lease, Draft draft, int row) {
    int index = draft.length();
    Sampler.Row from = from(row);
    try {
      int id = sampler.draw(from, draft.wish());
      if (!draft.add(id)) {
        return new Outcome.Ended(lease, index);
      }
      return new Outcome.Drawn(lease, index, token(draft, from, id));
    } catch (LogitsException e) {
      draft.end();
      return new Outcome.Broken(lease, "after token %d: %s".formatted(index - 1, e.getMessage()));
    }
  }

  private Sampler.Row from(int row) {
    int width = logits.width();
    Sampler.Ids ids =
        logits.isWhole() ? Sampler.Ids.ALL : new Sampler.Ids.Some(logits.ids(), row * width);
    return new Sampler.Row(logits.values(), row * width, width, ids);
  }

  private Event.Token token(Draft draft, Sampler.Row from, int id) {
    Optional<Integer> top = draft.drawing().topLogprobs();
    if (top.isEmpty()) {
      return new Event.Token(id, 0, List.of());
    }
    Logprobs logprobs = sampler.logprobs(from, id, top.get());
    return new Event.Token(
        id,
        logprobs.chosen(),
        logprobs.top().stream()
            .map(entry -> new Event.Alternative(entry.id(), entry.logprob()))
            .toList());
  }
}
