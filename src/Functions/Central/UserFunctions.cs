using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Configs;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Web users (OR-259). Everybody may see and change their own account; those of others need the verb.</summary>
public sealed class UserFunctions(
    EndpointPipeline pipeline,
    WebUsers users,
    UserPreferences preferences,
    PasswordReset reset,
    AccountMail mail,
    AuditLog audits
)
{
    private const int MaxEmail = 320;
    private const string Current = "current";

    [Function("ListUsers")]
    [Query(QueryType.Text, "q")]
    [Answers(typeof(IEnumerable<UserAnswer>))]
    public Task<IResult> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/users")] HttpRequest request) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var search = request.Query["q"].ToString();

                // A caller who knows an exact address may find its owner, to assign a role; other callers cannot search.
                var exact =
                    search.Length > 0 && caller.KnownActor.Kind == ActorKind.WebUser
                        ? await users.FindByEmailAsync(search, cancellationToken)
                        : null;
                var found =
                    exact is not null ? [exact]
                    : caller.Actor.May(Verb.UserList, Scope.Server) ? await users.ListAsync(search, cancellationToken)
                    : [];
                return Json.Ok(found.Select(AccountShapes.User));
            }
        );

    [Function("CreateUser")]
    [Takes(typeof(NewUserBody))]
    [Answers(typeof(UserAnswer))]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/users")] HttpRequest request) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                caller.Actor.Require(Verb.UserCreate, Scope.Server);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var email = Email(Json.Text(body, "email")) ?? throw Problem.MissingParameter("email").AsException();
                var created = await users.CreateAsync(
                    email,
                    Json.Text(body, "password"),
                    Json.Text(body, "displayName"),
                    Grants.None,
                    caller.KnownActor.Id,
                    cancellationToken
                );
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "user.create",
                    created,
                    new { userId = created.Id.Value, data = new { email } },
                    CancellationToken.None
                );
                return Json.Ok(await InvitedAsync(request, created, hasPassword: Json.Has(body, "password")));
            },
            bodyShowsCsrf: true
        );

    /// <summary>`current` in place of a number is the caller; for web users only.</summary>
    [Function("GetUser")]
    [Answers(typeof(UserAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/users/{id}")] HttpRequest request,
        string id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                if (id == Current)
                {
                    return Json.Ok(
                        await OwnShapeAsync(
                            request,
                            caller.KnownActor.Kind == ActorKind.WebUser ? caller.KnownActor : throw Problem.NotFound().AsException()
                        )
                    );
                }
                return Json.Ok(AccountShapes.User(await FindAsync(users, request, caller, id, Verb.UserRead)));
            }
        );

    [Function("ChangeUser")]
    [Takes(typeof(UserChangeBody))]
    [Answers(typeof(UserAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/users/{id}")] HttpRequest request,
        string id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var user = await FindAsync(users, request, caller, id, Verb.UserUpdate);
                var body = await Json.ReadAsync<UserChangeBody>(request, caller, cancellationToken);
                var (email, displayName) = (Email(body.Email), body.DisplayName);
                var changed = await users.ChangeAsync(user.Id, email, displayName, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "user.update",
                    user,
                    new { userId = user.Id.Value, data = new { email, displayName } },
                    CancellationToken.None
                );
                if (changed.Email != user.Email)
                {
                    const string subject = "Your address was changed";
                    await mail.TellAsync(request, user.Email!, subject, $"The address of your account is now {changed.Email}.");
                }
                return Json.Ok(AccountShapes.User(changed));
            },
            bodyShowsCsrf: true
        );

    [Function("DeleteUser")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/users/{id}")] HttpRequest request,
        string id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var user = await FindAsync(users, request, caller, id, Verb.UserDelete);
                await users.DeleteAsync(user, request.HttpContext.RequestAborted);
                await preferences.ForgetAsync(user.Id, CancellationToken.None);
                await audits.WriteAsync(caller.KnownActor.Id, "user.delete", user, new { userId = user.Id.Value }, CancellationToken.None);
                return Json.Success();
            }
        );

    /// <summary>The account that the address names; reading another user's account requires the verb.</summary>
    internal static async Task<Actor> FindAsync(WebUsers users, HttpRequest request, Caller caller, string id, string verb)
    {
        var own = caller.KnownActor.Kind == ActorKind.WebUser && (id == Current || id == caller.KnownActor.Id.ToString());
        if (!own)
        {
            caller.Actor.Require(verb, Scope.Server);
        }
        return own ? await users.GetAsync(caller.KnownActor.Id, request.HttpContext.RequestAborted)
            : int.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
                ? await users.GetAsync(new ActorId(number), request.HttpContext.RequestAborted)
            : throw Problem.NotFound().AsException();
    }

    // A user without a password chooses one with the link, which is sent or handed over by the administrator.
    private async Task<UserAnswer> InvitedAsync(HttpRequest request, Actor created, bool hasPassword)
    {
        var shape = AccountShapes.User(created);
        if (!hasPassword)
        {
            var token = await reset.BeginAsync(created.Id, invalidate: false, CancellationToken.None);
            if (await mail.SendLinkAsync(request, created.Email!, token, isNew: true) is { } link)
            {
                return shape with { Link = link };
            }
        }
        return shape;
    }

    private async Task<UserAnswer> OwnShapeAsync(HttpRequest request, Actor actor)
    {
        var shape = AccountShapes.User(actor);
        return ExtendedMetadata.IsWanted(request)
            ? shape with
            {
                Verbs = actor.Grants.VerbsOn(Scope.Server),
                Preferences = await preferences.ReadAsync(actor.Id, request.HttpContext.RequestAborted),
            }
            : shape;
    }

    private static string? Email(string? email) =>
        email is null
        || (email.Length <= MaxEmail && email.IndexOf('@') is > 0 && !email.Any(char.IsWhiteSpace) && !email.Any(char.IsControl))
            ? email
            : throw Problem.UnexpectedValue("email", email, "it is not an email address.").AsException();
}
