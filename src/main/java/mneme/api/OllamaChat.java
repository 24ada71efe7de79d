package mneme.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/// `POST /api/chat`: the assistant's next message.
final class OllamaChat implements Route.Handler {
  private final Site site;
  private final Generations generations;

  OllamaChat(Site site, Generations generations) {
    this.site = site;
    this.generations = generations;
  }

  @Override
  public CompletionStage<HttpResponse> handle(Exchange exchange) {
    OllamaCall call = OllamaCall.of(site, generations, exchange, OllamaReply.Shape.CHAT);
    Fields fields = call.fields();
    List<Map<String, @Nullable Object>> messages = Messages.ollama(fields.objects("messages"));
    List<Object> tools = Messages.tools(fields);
    return call.withModel(loaded -> {
      if (messages.isEmpty()) {
        return call.loadOnly(loaded);
      }
      String text =
          site.prompts()
              .render(
                  loaded.model(),
                  new Prompts.Chat(
                      messages, tools, new LinkedHashMap<>(call.thinking(loaded.model()))));
      return call.generate(loaded, Prompt.rendered(loaded.model(), text), false);
    });
  }
}
