using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Passwords of web users: changed with the old password, or set with a token that was sent to the user.</summary>
public sealed class PasswordFunctions(
    EndpointPipeline pipeline,
    WebUsers users,
    PasswordReset reset,
    PasswordThrottle throttle,
    AccountMail mail,
    AuditLog audits
)
{
    [Function("ChangeUserPassword")]
    [Takes(typeof(PasswordChangeBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/users/{id}/password")] HttpRequest request,
        string id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var user = await UserFunctions.FindAsync(users, request, caller, id, Verb.UserUpdate);
                var body = await Json.ReadAsync(request, caller, cancellationToken);

                // The refusal must not repeat the password.
                if (!Json.Has(body, "old") || !Json.Has(body, "new"))
                {
                    throw Problem.MissingParameters(["old", "new"], new Dictionary<string, object?>()).AsException();
                }
                await users.ChangePasswordAsync(
                    user,
                    TextOf(body, "old") ?? throw Problem.NotAuthenticated().AsException(),
                    TextOf(body, "new") ?? throw Problem.InvalidDataType("new", "string").AsException(),
                    RequestAuthenticator.AddressOf(request),
                    caller.Session,
                    cancellationToken
                );
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "user.update",
                    user,
                    new { userId = user.Id.Value, data = new { password = true } },
                    CancellationToken.None
                );
                await mail.TellAsync(request, user.Email!, "Your password was changed", "The password of your account was changed.");
                return Json.Success();
            }
        );

    /// <summary>
    /// Sends a token to the address if it has an account; the answer does not reveal whether it has. `invalidate` disables the password and
    /// requires an administrator. Without mail, an administrator gets the link.
    /// </summary>
    [Function("InitiatePasswordReset")]
    [OpenToAll(TakesCredentials = true)]
    [Query(QueryType.Flag, "invalidate")]
    [Takes(typeof(PasswordResetBody))]
    [Answers(typeof(PasswordResetAnswer))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Initiate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/users/reset/initiate")] HttpRequest request
    ) =>
        RequestAuthenticator.PresentsCredentials(request)
            ? pipeline.RestAsync(request, async caller => await InitiateAsync(request, caller), bodyShowsCsrf: true)
            : pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => InitiateAsync(request, Caller.Anonymous));

    /// <summary>Sets the password of the account whose token comes as bearer.</summary>
    [Function("VerifyPasswordReset")]
    [OpenToAll("bearer")]
    [Takes(typeof(NewPasswordBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Verify([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/users/reset/verify")] HttpRequest request) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () =>
            {
                var token =
                    AccessToken.TryParse(AuthorizationHeader.Parameter(request, "Bearer"))
                    ?? throw Problem.NotAuthenticated().AsException();
                var body = await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted);
                var password = TextOf(body, "new") ?? throw Problem.MissingParameter("new").AsException();
                var user = await reset.CompleteAsync(token, password, request.HttpContext.RequestAborted);
                await audits.WriteAsync(
                    user,
                    "user.update",
                    await users.GetAsync(user, CancellationToken.None),
                    new { userId = user.Value, data = new { password = true } },
                    CancellationToken.None
                );
                return Json.Success();
            }
        );

    private async Task<IResult> InitiateAsync(HttpRequest request, Caller caller)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var body = await Json.ReadAsync(request, caller, cancellationToken);
        var email = TextOf(body, "email") is { Length: > 0 } text ? text : throw Problem.MissingParameter("email").AsException();
        var isAdministrator = caller.Actor.May(Verb.UserPasswordInvalidate, Scope.Server);
        var invalidate = Flags.IsTrue(request, "invalidate");
        if (invalidate && !isAdministrator)
        {
            throw Problem.NotAllowed().AsException();
        }
        if (!isAdministrator)
        {
            // Prevents flooding a mailbox and probing for addresses.
            var (name, from) = ($"reset {email.ToLowerInvariant()}", RequestAuthenticator.AddressOf(request));
            throttle.Require(name, from);
            throttle.Failed(name, from);
        }
        if (await users.FindByEmailAsync(email, cancellationToken) is not { } user)
        {
            return Json.Success();
        }
        var token = await reset.BeginAsync(user.Id, invalidate, cancellationToken);
        if (invalidate)
        {
            await audits.WriteAsync(
                caller.KnownActor.Id,
                "user.update",
                user,
                new { userId = user.Id.Value, data = new { password = (string?)null } },
                CancellationToken.None
            );
        }
        var link = await mail.SendLinkAsync(request, user.Email!, token, isNew: false);
        return isAdministrator && link is not null ? Json.Ok(new PasswordResetAnswer(true, link)) : Json.Success();
    }

    private static string? TextOf(JsonElement body, string name) =>
        body.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
