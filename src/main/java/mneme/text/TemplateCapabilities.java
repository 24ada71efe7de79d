package mneme.text;

/// What a chat template can write.
///
/// @param system a system message
/// @param tools descriptions of tools
/// @param toolRoundTrip an assistant's tool call and the tool's answer
/// @param argumentsAsText a tool call's arguments must be given as JSON text, not as a mapping
/// @param thinking an assistant's thinking, or a switch for it (`enable_thinking`, `thinking`,
///   `reasoning_effort`)
public record TemplateCapabilities(
    boolean system,
    boolean tools,
    boolean toolRoundTrip,
    boolean argumentsAsText,
    boolean thinking) {}
