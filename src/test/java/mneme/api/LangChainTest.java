package mneme.api;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class LangChainTest extends LangChainContract {
  private TestServer server;

  @BeforeEach
  void start() {
    server = new TestServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Override
  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  @Override
  String model() {
    return "toy";
  }

  @Override
  void answerAtLength() {
    server.engine.script = completion -> ScriptedEngine.endless(completion, 5);
  }

  @Override
  boolean isIdle() {
    return server.engine.live.get() == 0;
  }
}
