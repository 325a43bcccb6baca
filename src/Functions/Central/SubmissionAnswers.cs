using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Answers to reads of submissions, of a published form or of its draft. Ids and names are taken from the route, still
/// percent-encoded.</summary>
public sealed class SubmissionAnswers(
    EndpointPipeline pipeline,
    FormAccess access,
    SubmissionDirectory submissions,
    ActorNames names,
    SubmissionShapes shapes,
    FormEncryption encryption,
    GeoJsonAnswers geoJson
)
{
    private const string XmlEnding = ".xml";
    private const string XmlType = "application/xml; charset=utf-8";
    private const string Submitters = "submitters";
    private const string Keys = "keys";
    private static readonly string[] PictureTypes = ["image/jpeg", "image/png", "image/gif"];

    /// <summary>Runs <paramref name="answer"/> for the published submissions of a form. Refuses a caller without
    /// <paramref name="verb"/> with 403.1 and an unknown form with 404.1.</summary>
    public Task<IResult> OfPublishedAsync(
        HttpRequest request,
        int project,
        string form,
        Func<SubmissionSpace, Task<IResult>> answer,
        string verb = Verb.SubmissionRead
    ) => pipeline.RestAsync(request, async caller => await answer(await PublishedAsync(request, caller, verb, project, form)));

    /// <summary>The same for the submissions to its draft. Refuses a form without a draft with 404.1.</summary>
    public Task<IResult> OfDraftAsync(
        HttpRequest request,
        int project,
        string form,
        Func<SubmissionSpace, Task<IResult>> answer,
        string verb = Verb.SubmissionRead
    ) => pipeline.RestAsync(request, async caller => await answer(await DraftAsync(request, caller, verb, project, form)));

    /// <summary>The published submissions of a form. Refuses a caller without <paramref name="verb"/> with 403.1.</summary>
    public async Task<SubmissionSpace> PublishedAsync(HttpRequest request, Caller caller, string verb, int project, string form) =>
        SubmissionSpace.Published(await FormAsync(request, caller, verb, project, form));

    /// <summary>The submissions to a form's draft. Refuses a form without a draft with 404.1.</summary>
    public async Task<SubmissionSpace> DraftAsync(HttpRequest request, Caller caller, string verb, int project, string form)
    {
        var found = await FormAsync(request, caller, verb, project, form);
        return found.Draft is null ? throw Problem.NotFound().AsException() : SubmissionSpace.OfDraft(found);
    }

    public Task<Form> FormAsync(HttpRequest request, Caller caller, string verb, int project, string form) =>
        access.WithAsync(request, caller, verb, project, form);

    public async Task<IResult> ListAsync(HttpRequest request, SubmissionSpace space)
    {
        var paging = Paging.Of(request);
        var found = submissions
            .ListAsync(space, Flags.IsTrue(request, "deleted"), paging.Offset, paging.Limit, request.HttpContext.RequestAborted)
            .Select((Submission submission, CancellationToken _) => shapes.SubmissionAsync(request, space.Project, submission));
        return await Json.StreamAsync(found, request.HttpContext.RequestAborted);
    }

    /// <summary>A submission's details or XML; the list of submitters or of encryption keys; or, for an edit's id, the way to that version
    /// (OR-268).</summary>
    public async Task<IResult> GetAsync(HttpRequest request, SubmissionSpace space, string form, string instance)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var name = RouteText.Decode(instance);
        if (name == Keys)
        {
            return await KeysAsync(request, space, form);
        }
        if (name == Submitters)
        {
            return await SubmittersAsync(space, cancellationToken);
        }
        var ending = EndingOf(name);
        return await ResolveAsync(
            request,
            space,
            InstanceId.Parse(name[..^ending.Length]),
            ending,
            async (submission, current) =>
                ending switch
                {
                    XmlEnding => Results.Stream(await submissions.OpenXmlAsync(space, current, cancellationToken), XmlType),
                    GeoJsonAnswers.Ending => await geoJson.AnswerAsync(request, space, submission, current),
                    _ => Json.Ok(await shapes.SubmissionAsync(request, space.Project, submission)),
                }
        );
    }

    private async Task<IResult> KeysAsync(HttpRequest request, SubmissionSpace space, string form)
    {
        var found = await access.FindAsync(space.Project, RouteText.Decode(form), request.HttpContext.RequestAborted);
        var keys = await encryption.ListUsedAsync(found, space, request.HttpContext.RequestAborted);
        return Json.Ok(keys.Select(key => new EncryptionKeyAnswer(key.Number, key.PublicKey, key.IsManaged, key.Hint, key.CreatedAt)));
    }

    public async Task<IResult> DetailsAsync(HttpRequest request, SubmissionSpace space, InstanceId root) =>
        Json.Ok(
            await shapes.SubmissionAsync(
                request,
                space.Project,
                await submissions.GetAsync(space, root, request.HttpContext.RequestAborted)
            )
        );

    public Task<IResult> AttachmentsAsync(HttpRequest request, SubmissionSpace space, string instance) =>
        ResolveAsync(request, space, Id(instance), "/attachments", (_, current) => Task.FromResult(Attachments(current)));

    public Task<IResult> AttachmentAsync(HttpRequest request, SubmissionSpace space, string instance, string name) =>
        ResolveAsync(
            request,
            space,
            Id(instance),
            $"/attachments/{Links.Encode(RouteText.Decode(name))}",
            (_, current) => Task.FromResult<IResult>(Attachment(request, current, name))
        );

    public async Task<IResult> VersionsAsync(HttpRequest request, SubmissionSpace space, string instance)
    {
        var versions = await submissions.ListVersionsAsync(space, Id(instance), request.HttpContext.RequestAborted);
        var listed = new List<SubmissionVersionAnswer>();
        foreach (var version in versions)
        {
            listed.Add(await shapes.VersionAsync(request, space.Project, version, current: ReferenceEquals(version, versions[0])));
        }
        return Json.Ok(listed);
    }

    /// <summary>A version's details or XML.</summary>
    public async Task<IResult> VersionAsync(HttpRequest request, SubmissionSpace space, string instance, string version)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var root = Id(instance);
        var name = RouteText.Decode(version);
        var ending = EndingOf(name);
        var id = InstanceId.Parse(name[..^ending.Length]);
        var (found, isCurrent) = await submissions.GetVersionAsync(space, root, id, cancellationToken);
        return ending switch
        {
            XmlEnding => Results.Stream(await submissions.OpenXmlAsync(space, found, cancellationToken), XmlType),
            GeoJsonAnswers.Ending => await geoJson.AnswerAsync(
                request,
                space,
                await submissions.GetAsync(space, root, cancellationToken),
                found
            ),
            _ => Json.Ok(await shapes.VersionAsync(request, space.Project, found, isCurrent)),
        };
    }

    public async Task<IResult> VersionAttachmentsAsync(HttpRequest request, SubmissionSpace space, string instance, string version) =>
        Attachments((await submissions.GetVersionAsync(space, Id(instance), Id(version), request.HttpContext.RequestAborted)).Version);

    public async Task<IResult> VersionAttachmentAsync(
        HttpRequest request,
        SubmissionSpace space,
        string instance,
        string version,
        string name
    ) =>
        Attachment(
            request,
            (await submissions.GetVersionAsync(space, Id(instance), Id(version), request.HttpContext.RequestAborted)).Version,
            name
        );

    public async Task<IResult> CommentsAsync(HttpRequest request, SubmissionSpace space, string instance)
    {
        var listed = new List<CommentAnswer>();
        foreach (var comment in await submissions.ListCommentsAsync(space, Id(instance), request.HttpContext.RequestAborted))
        {
            listed.Add(await shapes.CommentAsync(request, space.Project, comment));
        }
        return Json.Ok(listed);
    }

    private static string EndingOf(string name) =>
        name.EndsWith(XmlEnding, StringComparison.Ordinal) ? XmlEnding
        : name.EndsWith(GeoJsonAnswers.Ending, StringComparison.Ordinal) ? GeoJsonAnswers.Ending
        : "";

    public static InstanceId Id(string routeValue) => InstanceId.Parse(RouteText.Decode(routeValue));

    private async Task<IResult> SubmittersAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var actors = new List<Actor>();
        foreach (var id in await submissions.ListSubmittersAsync(space, cancellationToken))
        {
            if (await names.FindAsync(space.Project, id, cancellationToken) is { } actor)
            {
                actors.Add(actor);
            }
        }
        return Json.Ok(
            actors
                .OrderBy(actor => actor.DisplayName, StringComparer.OrdinalIgnoreCase)
                .ThenBy(actor => actor.Id.Value)
                .Select(AccountShapes.Actor)
        );
    }

    // The id of an edit redirects to that version, in ODK Central's form: from the root on, with the prefix of the request.
    private async Task<IResult> ResolveAsync(
        HttpRequest request,
        SubmissionSpace space,
        InstanceId id,
        string rest,
        Func<Submission, SubmissionVersion, Task<IResult>> answer
    )
    {
        var (submission, current) = await submissions.ResolveAsync(space, id, request.HttpContext.RequestAborted);
        if (current is not null)
        {
            return await answer(submission, current);
        }
        var above = RouteText.PathUpTo(request, "/submissions/");
        var version = $"{Links.Encode(submission.RootId.Value)}/versions/{Links.Encode(id.Value)}";
        return new MovedPermanently($"{above}{version}{rest}{request.QueryString}");
    }

    private static IResult Attachments(SubmissionVersion version) =>
        Json.Ok(
            version
                .Media.OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => new SubmissionAttachmentAnswer(file.Name, file.Exists))
        );

    private FileResult Attachment(HttpRequest request, SubmissionVersion version, string routeName)
    {
        var name = RouteText.Decode(routeName);
        var file = version.Media.FirstOrDefault(slot => slot.Name == name) is { Exists: true } found
            ? found
            : throw Problem.NotFound().AsException();
        return new FileResult(
            file.Name,
            file.ContentType!,
            file.Md5!,
            file.Size!.Value,
            (offset, length, cancellationToken) => submissions.OpenMediaAsync(file, offset, length, cancellationToken)
        )
        {
            Inline = PictureTypes.Contains(file.ContentType, StringComparer.OrdinalIgnoreCase),
        };
    }

    private sealed record MovedPermanently(string Location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            httpContext.Response.Headers.Location = Location;
            return Task.CompletedTask;
        }
    }
}
