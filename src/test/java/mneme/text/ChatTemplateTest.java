package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import mneme.SharedData;
import mneme.text.jinja.TemplateException;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
  private static final String CHATML =
      """
      {%- for message in messages %}
      {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
      {%- endfor %}
      {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
      """;

  @Test
  void aConversationBecomesOnePrompt() {
    var messages = List.of(Map.of("role", "user", "content", "hi"));
    assertThat(
            ChatTemplate.parse(CHATML)
                .render(Map.of("messages", messages, "add_generation_prompt", true)))
        .isEqualTo("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
  }

  @Test
  void numbersOfEveryJavaTypeAreUnderstood() {
    assertThat(
            ChatTemplate.parse("{{ a + b }} {{ c }} {{ d }}")
                .render(Map.of("a", 1, "b", 2L, "c", 0.5f, "d", 0.1)))
        .isEqualTo("3 0.5 0.1");
  }

  @Test
  void toolsAreNoneUnlessGiven() {
    assertThat(ChatTemplate.parse("{{ tools is none }}").render(Map.of())).isEqualTo("True");
  }

  @Test
  void theContextFixesTheTime() {
    var template = ChatTemplate.parse("{{ strftime_now('%d %b %Y, %-d %B %H:%M:%S %A %j') }}");
    assertThat(template.render(Map.of("strftime_now", "2026-01-05T12:34:56")))
        .isEqualTo("05 Jan 2026, 5 January 12:34:56 Monday 005");
    assertThat(template.render(Map.of())).hasSizeGreaterThan(20);
  }

  @Test
  void aRefusalCarriesTheTemplatesOwnWords() {
    var template = ChatTemplate.parse("\n\n{{ raise_exception('roles must alternate') }}");
    assertThatThrownBy(() -> template.render(Map.of()))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> {
              assertThat(e.kind()).isEqualTo(TemplateException.Kind.RAISED);
              assertThat(e).hasMessage("roles must alternate");
              assertThat(e.line()).isEqualTo(3);
            });
  }

  @Test
  void errorsNameTheirLine() {
    assertThatThrownBy(() -> ChatTemplate.parse("a\n{{ b }}\n{% if c %}\n{{ d e }}"))
        .hasMessageContaining("line 4");
    assertThatThrownBy(() -> ChatTemplate.parse("a\n{{ b }}\n\n{{ c.d }}").render(Map.of()))
        .hasMessage("template line 4: 'c' is undefined");
  }

  @Test
  void capabilitiesAreFoundByProbing() throws IOException {
    assertThat(ChatTemplate.parse(CHATML).capabilities())
        .isEqualTo(new TemplateCapabilities(true, false, false, false, false));
    assertThat(capabilities("google-gemma-2-2b-it.jinja"))
        .isEqualTo(new TemplateCapabilities(false, false, false, false, false));
    assertThat(capabilities("Qwen-Qwen3-0.6B.jinja"))
        .isEqualTo(new TemplateCapabilities(true, true, true, false, true));
    assertThat(capabilities("deepseek-ai-DeepSeek-R1-Distill-Llama-8B.jinja").argumentsAsText())
        .isTrue();
    assertThat(capabilities("meta-llama-Llama-3.1-8B-Instruct.jinja"))
        .isEqualTo(new TemplateCapabilities(true, true, true, false, false));
  }

  private static TemplateCapabilities capabilities(String name) throws IOException {
    return ChatTemplate.parse(Files.readString(SharedData.path("templates/" + name)))
        .capabilities();
  }
}
