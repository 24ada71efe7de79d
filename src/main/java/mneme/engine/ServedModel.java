package mneme.engine;

import java.util.Optional;
import mneme.format.Metadata;
import mneme.text.Tokenizer;

/// What the HTTP side needs to know of a loaded model.
///
/// @param name as clients ask for it
/// @param contextTokens longest sequence it is served with
/// @param chatTemplate Jinja source from the file, if it has one
/// @param fileBytes size on disk
/// @param digest hex SHA-256 that names the file's content
/// @param parameters number of weights
/// @param encoding the file's main weight encoding, as in `Q8_0`
public record ServedModel(
    String name,
    Metadata metadata,
    Tokenizer tokenizer,
    int contextTokens,
    Optional<String> chatTemplate,
    long fileBytes,
    String digest,
    long parameters,
    String encoding) {}
