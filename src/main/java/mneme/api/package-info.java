/// HTTP: the Ollama and OpenAI dialects, streaming, metrics, health.
@NullMarked
package mneme.api;

import org.jspecify.annotations.NullMarked;
