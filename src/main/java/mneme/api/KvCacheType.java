package mneme.api;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;

/// The parameter `kv_cache_type` of both dialects: how a request's keys and values are kept. The
/// name is that of Ollama's setting for a whole server.
final class KvCacheType {
  private static final String NAME = "kv_cache_type";
  private static final List<Encoding> KNOWN =
      List.of(Encoding.F32, Encoding.F16, Encoding.BF16, Encoding.Q8_0);

  private KvCacheType() {}

  static Optional<KvEncoding> of(Fields fields) {
    return fields
        .value(NAME)
        .map(value ->
            KNOWN.stream()
                .filter(encoding -> encoding.name().equalsIgnoreCase(value.textValue()))
                .findFirst()
                .map(KvEncoding::both)
                .orElseThrow(() -> Refusal.of(NAME, "\"" + NAME + "\" must be one of " + known())));
  }

  private static String known() {
    return KNOWN.stream()
        .map(encoding -> encoding.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
