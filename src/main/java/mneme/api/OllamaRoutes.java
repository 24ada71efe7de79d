package mneme.api;

import java.util.ArrayList;
import java.util.List;

/// The endpoints of the Ollama dialect.
final class OllamaRoutes {
  private OllamaRoutes() {}

  static List<Route> of(Site site, Generations generations) {
    OllamaModels models = new OllamaModels(site);
    OllamaGenerate generate = new OllamaGenerate(site, generations);
    OllamaChat chat = new OllamaChat(site, generations);
    List<Route> routes = new ArrayList<>();
    routes.add(Route.get("/", models::root).open());
    routes.add(Route.get("/api/version", models::version));
    routes.add(Route.get("/api/tags", models::tags));
    routes.add(Route.get("/api/ps", models::running));
    routes.add(Route.post("/api/show", models::show));
    routes.add(Route.post("/api/generate", generate));
    routes.add(Route.post("/api/chat", chat));
    return routes;
  }
}
