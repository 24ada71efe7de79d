package mneme.format;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The key-value header of a model file. Integers of every width are `Long`, floats are `Double`,
/// arrays are lists of those, of `String` or of `Boolean`.
public record Metadata(Map<String, Object> values) {
  public Metadata {
    values = Map.copyOf(values);
  }

  public String architecture() {
    return text("general.architecture");
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  public String text(String key) {
    return as(key, String.class);
  }

  public String text(String key, String otherwise) {
    return has(key) ? text(key) : otherwise;
  }

  /// @throws ModelFormatException if the key is missing, no integer, or does not fit an int
  public int integer(String key) {
    long value = as(key, Long.class);
    if (value != (int) value) {
      throw new ModelFormatException("key '" + key + "' is " + value + ", beyond 32 bits");
    }
    return (int) value;
  }

  public int integer(String key, int otherwise) {
    return has(key) ? integer(key) : otherwise;
  }

  public float real(String key) {
    return (float) (double) as(key, Double.class);
  }

  public float real(String key, float otherwise) {
    return has(key) ? real(key) : otherwise;
  }

  public boolean flag(String key, boolean otherwise) {
    return has(key) ? as(key, Boolean.class) : otherwise;
  }

  public List<String> texts(String key) {
    return list(key, String.class);
  }

  public List<Long> integers(String key) {
    return list(key, Long.class);
  }

  public List<Double> reals(String key) {
    return list(key, Double.class);
  }

  public List<Boolean> flags(String key) {
    return list(key, Boolean.class);
  }

  public boolean isList(String key) {
    return values.get(key) instanceof List<?>;
  }

  private <T> T as(String key, Class<T> type) {
    Object value =
        Optional.ofNullable(values.get(key))
            .orElseThrow(() -> new ModelFormatException("key '" + key + "' is missing"));
    if (!type.isInstance(value)) {
      throw new ModelFormatException(
          "key '" + key + "' is a " + kind(value) + ", wanted " + type.getSimpleName());
    }
    return type.cast(value);
  }

  private <T> List<T> list(String key, Class<T> type) {
    List<?> values = as(key, List.class);
    for (Object value : values) {
      if (!type.isInstance(value)) {
        throw new ModelFormatException(
            "key '" + key + "' holds a " + kind(value) + ", wanted " + type.getSimpleName());
      }
    }
    return values.stream().map(type::cast).toList();
  }

  private static String kind(Object value) {
    return value instanceof List<?> ? "list" : value.getClass().getSimpleName();
  }
}
