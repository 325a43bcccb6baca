using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Accounts;

/// <summary>Web users (spec 9.2): create, and who am I.</summary>
public sealed class UserFunctions(Door door, WebUsers users)
{
    [Function("GetCurrentUser")]
    public Task<IResult> GetCurrent([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/users/current")] HttpRequest request) =>
        door.RestAsync(request, caller => Task.FromResult(caller.KnownActor.Kind == ActorKind.WebUser
            ? Json.Ok(AccountShapes.User(caller.KnownActor))
            : throw Problem.NotFound().AsException()));

    [Function("CreateUser")]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/users")] HttpRequest request) =>
        door.RestAsync(request, async caller =>
        {
            var hangUp = request.HttpContext.RequestAborted;
            caller.Actor.Require(Verb.UserCreate, Scope.Server);
            var body = await Json.ReadAsync(request, caller, hangUp);
            var email = Json.Text(body, "email") ?? throw Problem.MissingParameter("email").AsException();
            if (email.Length > 320 || email.IndexOf('@') is <= 0 || email.Any(char.IsWhiteSpace))
            {
                throw Problem.UnexpectedValue("email", email, "it is not an email address.").AsException();
            }
            return Json.Ok(AccountShapes.User(await users.CreateAsync(
                email, Json.Text(body, "password"), Json.Text(body, "displayName"), Grants.None, caller.KnownActor.Id, hangUp)));
        }, bodyShowsCsrf: true);
}
