package mneme.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import mneme.engine.Completion;
import mneme.engine.ServedModel;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// What `/v1/chat/completions` and `/v1/completions` have in common.
record OpenAiCall(Site site, Generations generations, Exchange exchange, OpenAiFields wish) {
  Fields fields() {
    return wish.fields();
  }

  CompletionStage<ServedModel> model() {
    return site.models()
        .load(fields().text("model"), KeepAlive.of(fields()).filter(time -> !time.isZero()));
  }

  /// Answers each of `prompts` `n` times. The seed of a choice is the request's plus its rank among
  /// the `n`, so a choice can be asked for again alone; the prompt is read once for all of them.
  CompletionStage<HttpResponse> generate(
      ServedModel model, List<Prompt> prompts, OpenAiReply.Shape shape, Optional<Integer> top) {
    int most = site.settings().limits().choices();
    int n = wish.choices(most);
    if ((long) n * prompts.size() > most) {
      throw Refusal.of("n", "prompts times n must be at most " + most);
    }
    Draw draw = wish.draw(model);
    List<Completion> wishes = new ArrayList<>();
    for (Prompt prompt : prompts) {
      Prompts.checkFits(model, prompt.tokens());
      wishes.add(
          new Completion(
              model.name(),
              prompt.tokens(),
              draw.sampling(),
              draw.maxTokens(),
              draw.stops(),
              top,
              exchange.tenant(),
              new Completion.Memory(Optional.empty(), KvCacheType.of(fields()))));
    }
    OpenAiReply.Ask ask =
        new OpenAiReply.Ask(
            model,
            fields().text("model"),
            shape,
            fields().flag("stream", false),
            top.isPresent(),
            wish.includesUsage(),
            prompts.getFirst().beginning(),
            n);
    return generations.answer(wishes, n, new OpenAiReply(ask), exchange.gone());
  }
}
