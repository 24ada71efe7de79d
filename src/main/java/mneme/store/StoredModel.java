package mneme.store;

import java.time.Instant;

/// A model on disk, unopened.
///
/// @param name as clients ask for it
/// @param digest hex SHA-256 that names the content
/// @param fileBytes size on disk
/// @param modifiedAt when the file was last changed, or came
public record StoredModel(String name, String digest, long fileBytes, Instant modifiedAt) {}
