using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Xunit;

namespace ServerlessRosa.Core.Tests.FunctionsWorker;

/// <summary>What the real host or its worker would not run stops the stand-in host from starting, with the method's name.</summary>
public sealed class StartupTests
{
    [Theory]
    [InlineData(typeof(TwoOfOneName), "TwoOfOneName.Two share the function name")]
    [InlineData(typeof(TwoOnOneRoute), "TwoOnOneRoute.Two share a route and a verb")]
    [InlineData(typeof(BadName), "BadName.Run cannot be a function: '1st' cannot be the name of a function.")]
    [InlineData(typeof(NoTrigger), "NoTrigger.Run cannot be a function: a function has one trigger, not 0.")]
    [InlineData(typeof(TwoTriggers), "TwoTriggers.Run cannot be a function: a function has one trigger, not 2.")]
    [InlineData(typeof(WithKey), "WithKey.Run cannot be a function: this host has no function keys: only AuthorizationLevel.Anonymous.")]
    [InlineData(
        typeof(TriggerOnContext),
        "TriggerOnContext.Run cannot be a function: [HttpTrigger] belongs on an HttpRequest, not on HttpContext."
    )]
    [InlineData(typeof(TimerOnString), "TimerOnString.Run cannot be a function: [TimerTrigger] belongs on a TimerInfo, not on String.")]
    [InlineData(typeof(Injected), "Injected.Run cannot be a function: nothing is bound to the parameter 'clock' of type TimeProvider.")]
    [InlineData(
        typeof(InjectedInTimer),
        "InjectedInTimer.Run cannot be a function: nothing is bound to the parameter 'name' of type String."
    )]
    [InlineData(typeof(NotInRoute), "NotInRoute.Run cannot be a function: the route 'x/{id}' has no '{ID}'.")]
    [InlineData(
        typeof(OptionalNumber),
        "OptionalNumber.Run cannot be a function: '{id}' may be missing from the path: only a string can be null."
    )]
    [InlineData(typeof(BadTemplate), "BadTemplate.Run cannot be a function: the route 'x/{id' is not a template")]
    [InlineData(typeof(CatchAllInTheMiddle), "CatchAllInTheMiddle.Run cannot be a function: the route '{*all}/x' is not a template")]
    [InlineData(typeof(UnknownConstraint), "UnknownConstraint.Run cannot be a function: the route '{id:colour}' is not a template")]
    [InlineData(typeof(EmptyRoute), "EmptyRoute.Run cannot be a function: an empty route means the function's name")]
    [InlineData(typeof(UnderAdmin), "UnderAdmin.Run cannot be a function: paths under /Admin belong to the host.")]
    [InlineData(typeof(UnderRuntime), "UnderRuntime.Run cannot be a function: paths under /runtime belong to the host.")]
    [InlineData(typeof(ReturnsText), "ReturnsText.Run cannot be a function: an HTTP function returns Task<IResult>, IResult or Task.")]
    [InlineData(typeof(TimerReturnsResult), "TimerReturnsResult.Run cannot be a function: a timer function returns Task.")]
    [InlineData(typeof(BadSchedule), "BadSchedule.Run cannot be a function: the schedule '*/5 * * * *' has 5 fields instead of 6.")]
    [InlineData(
        typeof(MissingSchedule),
        "MissingSchedule.Run cannot be a function: its schedule is the setting Timers:Nightly, which is missing."
    )]
    [InlineData(typeof(NotPublic), "NotPublic.Run cannot be a function: a function is a public method of a public class.")]
    [InlineData(typeof(Abstract), "Abstract.Run cannot be a function: a function's class cannot be abstract.")]
    [InlineData(typeof(Generic), "Generic.Run cannot be a function: a function cannot be generic.")]
    public void The_host_refuses(Type functions, string reason) =>
        Assert.Contains(reason, StandInHost.Refusal(functions), StringComparison.Ordinal);

    [Fact]
    public void An_app_with_HTTP_functions_has_to_ask_for_the_ASPNET_integration()
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.FunctionTypes = [typeof(ReturnsResult)];

        var refusal = Assert.Throws<InvalidOperationException>(() => builder.Build());

        Assert.Contains(
            "ReturnsResult.Run answers HTTP: call ConfigureFunctionsWebApplication()",
            refusal.Message,
            StringComparison.Ordinal
        );
    }

    public static class ReturnsResult
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public static class TwoOfOneName
    {
        [Function("Same")]
        public static IResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();

        [Function("same")]
        public static IResult Two([HttpTrigger(AuthorizationLevel.Anonymous, "post")] HttpRequest request) => Results.Ok();
    }

    public static class TwoOnOneRoute
    {
        [Function("One")]
        public static IResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "x/{a:int}/y")] HttpRequest request) =>
            Results.Ok();

        [Function("OtherVerb")]
        public static IResult OtherVerb([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "x/{a:int}/y")] HttpRequest request) =>
            Results.Ok();

        [Function("OtherConstraint")]
        public static IResult OtherConstraint([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{a}/y")] HttpRequest request) =>
            Results.Ok();

        [Function("Two")]
        public static IResult Two([HttpTrigger(AuthorizationLevel.Anonymous, "HEAD", Route = "X/{b:int}/y")] HttpRequest request) =>
            Results.Ok();
    }

    public static class BadName
    {
        [Function("1st")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public static class NoTrigger
    {
        [Function("Run")]
        public static IResult Run(HttpRequest request) => Results.Ok();
    }

    public static class TwoTriggers
    {
        [Function("Run")]
        public static Task Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request,
            [TimerTrigger("0 0 0 * * *")] TimerInfo timer
        ) => Task.CompletedTask;
    }

    public static class WithKey
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => Results.Ok();
    }

    public static class TriggerOnContext
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpContext http) => Results.Ok();
    }

    public static class TimerOnString
    {
        [Function("Run")]
        public static Task Run([TimerTrigger("0 0 0 * * *")] string timer) => Task.CompletedTask;
    }

    public static class Injected
    {
        [Function("Run")]
        public static IResult Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{clock}")] HttpRequest request,
            TimeProvider clock
        ) => Results.Ok();
    }

    public static class InjectedInTimer
    {
        [Function("Run")]
        public static Task Run([TimerTrigger("0 0 0 * * *")] TimerInfo timer, string name) => Task.CompletedTask;
    }

    public static class NotInRoute
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id}")] HttpRequest request, string ID) =>
            Results.Ok();
    }

    public static class OptionalNumber
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id:int?}")] HttpRequest request, int id) =>
            Results.Ok();
    }

    public static class BadTemplate
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{id")] HttpRequest request) => Results.Ok();
    }

    public static class CatchAllInTheMiddle
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{*all}/x")] HttpRequest request) =>
            Results.Ok();
    }

    public static class UnknownConstraint
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{id:colour}")] HttpRequest request) =>
            Results.Ok();
    }

    public static class EmptyRoute
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "")] HttpRequest request) => Results.Ok();
    }

    public static class UnderAdmin
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "Admin/x")] HttpRequest request) =>
            Results.Ok();
    }

    public static class UnderRuntime
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "/runtime")] HttpRequest request) =>
            Results.Ok();
    }

    public static class ReturnsText
    {
        [Function("Run")]
        public static string Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "";
    }

    public static class TimerReturnsResult
    {
        [Function("Run")]
        public static Task<IResult> Run([TimerTrigger("0 0 0 * * *")] TimerInfo timer) => Task.FromResult(Results.Ok());
    }

    public static class BadSchedule
    {
        [Function("Run")]
        public static Task Run([TimerTrigger("*/5 * * * *")] TimerInfo timer) => Task.CompletedTask;
    }

    public static class MissingSchedule
    {
        [Function("Run")]
        public static Task Run([TimerTrigger("%Timers:Nightly%")] TimerInfo timer) => Task.CompletedTask;
    }

    internal static class NotPublic
    {
        [Function("Run")]
        public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public abstract class Abstract
    {
        [Function("Run")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }

    public static class Generic
    {
        [Function("Run")]
        public static IResult Run<T>([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Ok();
    }
}
