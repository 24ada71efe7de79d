package mneme.engine;

/// The last word on what a worker was given and has not done: whoever waits for an answer gets one.
final class Undone {
  private Undone() {}

  static void tell(Worker.Command command, String why) {
    switch (command) {
      case Worker.Step step ->
          step.plan().scheduler().tell(new Scheduler.StepFailed(step.plan().number(), why));
      case Worker.RunStage(var leg) ->
          leg.relay().tell(new Relay.Broke(leg.step(), leg.stage(), why));
      case Worker.PrepareStage(var recipe) ->
          recipe.relay().tell(new Relay.StageRefused(recipe.number(), why));
      case Worker.Prepare(_, _, var replyTo) -> replyTo.tell(new Worker.Refused(why));
      case Worker.Unload(var program, var replyTo) -> replyTo.tell(new Worker.Unloaded(program));
      case Worker.Measure measure -> measure.replyTo().tell(new Worker.Unmeasured(why));
      case Worker.MeasureSegments measure -> measure.replyTo().tell(new Worker.Unmeasured(why));
      // Pool and relay hear of the device's memory when it opens.
      case Worker.Reset _, Worker.ScrubStage _ -> {}
      case Worker.Join _, Worker.Part _, Worker.Reopen _ -> {}
    }
  }
}
