package mneme.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import mneme.text.jinja.TemplateException.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Templates that mean harm end in an error of kind LIMIT or SYNTAX: soon, and without running out
/// of memory or stack.
class HostileTemplateTest {
  /// Half of what a server's threads have.
  private static final long STACK_BYTES = 512 << 10;

  @ParameterizedTest
  @Timeout(30)
  @ValueSource(
      strings = {
        "{{ 'x' * 10**9 }}",
        "{{ 'xxxx' * 9223372036854775807 }}",
        "{{ [0] * 10**9 }}",
        "{{ range(10**9) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ 'x'.center(10**10) }}",
        "{{ 'x'.zfill(10**10) }}",
        "{{ 'x'|indent(10**10, true) }}",
        "{% set s = 'x' * 10**6 %}{{ s|replace('x', s) }}",
        "{% set s = 'x' * 10**6 %}{{ s.replace('', s) }}",
        "{% set s = 'x' * 10**6 %}{{ s.join(s) }}",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(l=[0]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l|tojson }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l == [ns.l] }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(a=m()) %}{% endmacro %}{{ m() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
      })
  void greedIsRefused(String source) throws InterruptedException {
    assertThat(failure(source)).isEqualTo(Kind.LIMIT);
  }

  @Test
  void deepNestingIsRefused() throws InterruptedException {
    int many = 100_000;
    assertThat(failure("{{ " + "(".repeat(many) + "1" + ")".repeat(many) + " }}"))
        .isEqualTo(Kind.SYNTAX);
    assertThat(failure("{{ " + "[".repeat(many) + "]".repeat(many) + " }}")).isEqualTo(Kind.SYNTAX);
    assertThat(failure("{{ " + "not ".repeat(many) + "1 }}")).isEqualTo(Kind.SYNTAX);
    assertThat(failure("{{ " + "- ".repeat(many) + "1 }}")).isEqualTo(Kind.SYNTAX);
    assertThat(failure("{% if 1 %}".repeat(many))).isEqualTo(Kind.SYNTAX);
  }

  @Test
  void longChainsAreRefused() throws InterruptedException {
    int many = 50_000;
    assertThat(failure("{{ 1" + " + 1".repeat(many) + " }}")).isEqualTo(Kind.LIMIT);
    assertThat(failure("{{ 1" + "|abs".repeat(many) + " }}")).isEqualTo(Kind.LIMIT);
    assertThat(failure("{{ x" + ".x".repeat(many) + " }}")).isEqualTo(Kind.LIMIT);
    assertThat(failure("{{ 1" + " or 1".repeat(many) + " }}")).isEqualTo(Kind.LIMIT);
    assertThat(failure("{{ 1 if " + "1 if ".repeat(many) + " 1 }}")).isEqualTo(Kind.LIMIT);
  }

  @Test
  void deepValuesAreRefused() throws InterruptedException {
    @Nullable Object deep = null;
    for (int i = 0; i < 100_000; i++) {
      deep = new ArrayList<>(java.util.Arrays.asList(deep));
    }
    Object context = deep;
    assertThat(failure("{{ x }}", Map.of("x", context))).isEqualTo(Kind.LIMIT);
  }

  @Test
  void theDeepestAllowedNestingFitsTheStack() throws InterruptedException {
    String open = "{% if 1 %}{{ [[[[1 + (2 * (1 if (not (not (1 + (1 * (m(n - 1)|length";
    String close = ")))))))]]]] }}{% endif %}";
    String macro = "{% macro m(n) %}{% if n %}" + open + close + "{% endif %}{% endmacro %}";
    assertThat(failure(macro + "{{ m(100000) }}")).isEqualTo(Kind.LIMIT);
  }

  @Test
  @Timeout(30)
  void unclosedTagsCostLinearTime() throws InterruptedException {
    for (String part :
        List.of("{{ '", "{# ", "{% raw %}", "{{ (", "{{{{", "{% if x %}", "{ ", "-%}")) {
      String source = part.repeat(Template.MAX_CHARACTERS / part.length());
      failure(source);
    }
  }

  private static @Nullable Kind failure(String source) throws InterruptedException {
    return failure(source, Map.of());
  }

  private static @Nullable Kind failure(String source, Map<String, Object> context)
      throws InterruptedException {
    AtomicReference<@Nullable Kind> kind = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> other = new AtomicReference<>();
    Runnable render =
        () -> {
          try {
            Template.parse(source).render(context, Clock.systemUTC(), Limits.DEFAULT);
          } catch (TemplateException e) {
            kind.set(e.kind());
          }
        };
    var thread = new Thread(null, render, "small stack", STACK_BYTES);
    thread.setUncaughtExceptionHandler((_, e) -> other.set(e));
    thread.start();
    thread.join();
    assertThat(other.get()).isNull();
    return kind.get();
  }
}
