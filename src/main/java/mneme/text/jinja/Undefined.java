package mneme.text.jinja;

import org.jspecify.annotations.Nullable;

/// What a name stands for that nothing was given for. It prints as nothing and is false; anything
/// else that is done with it fails with `message`.
record Undefined(String message) {
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(@Nullable Object owner, Object key) {
    String what = key instanceof String name ? "attribute '" + name + "'" : "element " + key;
    return new Undefined("'" + Values.typeName(owner) + "' has no " + what);
  }

  TemplateException failure() {
    return TemplateException.failed(message);
  }

  @Override
  public String toString() {
    return "";
  }
}
