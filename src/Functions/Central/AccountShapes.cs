using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Actors and roles as the management API's JSON (OR-259, OR-263).</summary>
public sealed class AccountShapes(AppUsersAndLinks holders, ActorNames names, LastUse lastUse)
{
    public static ActorAnswer Actor(Actor actor) => new(actor);

    public static UserAnswer User(Actor actor) => new(actor);

    public async Task<AppUserAnswer> AppUserAsync(HttpRequest request, Actor actor) =>
        (await AppUsersAsync(request, actor.Project!.Value, [actor]))[0];

    /// <summary>App users of a project. Extended metadata looks for what they sent: see <see cref="LastUse"/>.</summary>
    public async Task<IReadOnlyList<AppUserAnswer>> AppUsersAsync(HttpRequest request, ProjectId project, IReadOnlyList<Actor> users)
    {
        var extended = ExtendedMetadata.IsWanted(request);
        var cancellationToken = request.HttpContext.RequestAborted;
        var used =
            extended && users.Count > 0
                ? await lastUse.FindAsync(project, users.Select(user => user.Id).ToHashSet(), cancellationToken)
                : new Dictionary<ActorId, DateTimeOffset>();
        var listed = new List<AppUserAnswer>();
        foreach (var user in users)
        {
            var shape = new AppUserAnswer(user) { ProjectId = project.Value, Token = holders.KeyOf(user) };
            if (extended)
            {
                shape = shape with
                {
                    CreatedBy = await CreatorAsync(request, user),
                    LastUsed = used.TryGetValue(user.Id, out var at) ? at : (DateTimeOffset?)null,
                    Properties = new(user.Properties.Count == 0 ? null : user.Properties),
                };
            }
            listed.Add(shape);
        }
        return listed;
    }

    public async Task<PublicLinkAnswer> PublicLinkAsync(HttpRequest request, Actor actor)
    {
        var shape = new PublicLinkAnswer(actor) { Once = actor.Once, Token = holders.KeyOf(actor) };
        return ExtendedMetadata.IsWanted(request)
            ? shape with
            {
                CreatedBy = await CreatorAsync(request, actor),
                Properties = new(actor.Properties.Count == 0 ? null : actor.Properties),
            }
            : shape;
    }

    private async Task<ActorAnswer?> CreatorAsync(HttpRequest request, Actor actor) =>
        actor.CreatedBy is { } id && await names.FindAsync(actor.Project, id, request.HttpContext.RequestAborted) is { } creator
            ? Actor(creator)
            : null;

    /// <summary>As in `type`, and as the first part of the audit's actions.</summary>
    public static string Kind(Actor actor) =>
        actor.Kind switch
        {
            ActorKind.WebUser => "user",
            ActorKind.AppUser => "field_key",
            ActorKind.MobileWorker => "mobile_worker",
            _ => "public_link",
        };
}
