using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OData;

/// <summary>
/// Answers the OData addresses of a form, `trees.svc/..`, and of its draft, `trees/draft.svc/..` (OR-276 to OR-279). Two of them differ
/// only in an ending, or in a capital letter, from those of a form and of its list of submissions, whose functions ask here first.
/// </summary>
public sealed class ODataAnswers(FormAccess access, ExportSource source, ODataExport odata, Links links, TimeProvider clock)
{
    private const string Ending = ".svc";
    private const string Metadata = "$metadata";
    private const string Submissions = "Submissions";
    private const string JsonType = "application/json; odata.metadata=minimal; charset=utf-8";

    /// <summary>The id of the form whose service document an address is, if it ends like one; null otherwise.</summary>
    public static string? FormOfService(string name) =>
        name.Length > Ending.Length && name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length] : null;

    /// <summary>The same of an address that routing takes for the list of submissions of a form `trees.svc`, since it knows no capital
    /// letters.</summary>
    public static string? FormOfSubmissions(HttpRequest request, string form) =>
        request.Path.Value!.TrimEnd('/').EndsWith($"/{Submissions}", StringComparison.Ordinal)
            ? FormOfService(RouteText.Decode(form))
            : null;

    /// <summary>Refuses a form that was never published with 404.1.</summary>
    /// <param name="form">Decoded.</param>
    public async Task<IResult> PublishedAsync(
        HttpRequest request,
        Caller caller,
        int project,
        string form,
        params IReadOnlyList<string> segments
    )
    {
        var found = await access.WithAsync(
            caller.KnownActor,
            Verb.SubmissionRead,
            new ProjectId(project),
            form,
            request.HttpContext.RequestAborted
        );
        return await AnswerAsync(
            request,
            new ReadableForm(found, found.Published ?? throw Problem.NotFound().AsException()),
            SubmissionSpace.Published(found),
            Links.Form(links.Root(request, caller), found) + Ending,
            segments
        );
    }

    /// <summary>Refuses a form without a draft with 404.1.</summary>
    public async Task<IResult> DraftAsync(HttpRequest request, Caller caller, int project, string form, IReadOnlyList<string> segments)
    {
        var found = await access.WithAsync(
            caller.KnownActor,
            Verb.SubmissionRead,
            new ProjectId(project),
            form,
            request.HttpContext.RequestAborted
        );
        var draft = found.Draft ?? throw Problem.NotFound().AsException();
        return await AnswerAsync(
            request,
            new ReadableForm(found, draft.Definition),
            SubmissionSpace.OfDraft(found),
            $"{Links.Form(links.Root(request, caller), found)}/draft{Ending}",
            segments
        );
    }

    private async Task<IResult> AnswerAsync(
        HttpRequest request,
        ReadableForm form,
        SubmissionSpace space,
        string service,
        IReadOnlyList<string> segments
    )
    {
        request.HttpContext.Response.Headers["OData-Version"] = "4.0";
        RequireFormat(request, wantsXml: segments is [Metadata]);
        var schema = await source.ReadODataSchemaAsync(form, request.HttpContext.RequestAborted);
        switch (segments)
        {
            case []:
                var sets = schema.Tables.Select(table => ODataSetAnswer.Of(table.ODataName));
                return Json.Ok(new ODataServiceAnswer($"{service}/{Metadata}", sets), contentType: JsonType);
            case [Metadata]:
                var model = XmlOut.ToBytes(xml => ODataMetadataWriter.Write(xml, form.Form.Id, schema), declaration: true);
                return Results.Bytes(model, "application/xml; charset=utf-8");
            default:
                var options = ODataOptions.Parse(
                    request.Query.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())),
                    clock.GetUtcNow()
                );
                var asked = new ODataRequest(
                    space,
                    schema,
                    ODataAddress.Parse(schema, segments),
                    options,
                    service,
                    token => $"{service}/{string.Join('/', segments.Select(Links.Encode))}?{QueryFrom(request, token)}"
                );
                var fingerprint = await source.FingerprintAsync(form, space, options.Filter, request.HttpContext.RequestAborted);
                if (ExportETag.IsKnown(request, fingerprint, service))
                {
                    return Results.StatusCode(StatusCodes.Status304NotModified);
                }
                return HttpMethods.IsHead(request.Method)
                    ? Results.Bytes([], JsonType)
                    : Results.Stream(output => odata.WriteAsync(asked, output, request.HttpContext.RequestAborted), JsonType);
        }
    }

    internal static string QueryFrom(HttpRequest request, SkipToken token) =>
        string.Join(
            '&',
            request
                .Query.Where(pair => pair.Key is not ("$skip" or "$skiptoken"))
                .Select(pair => (pair.Key, Value: pair.Value.ToString()))
                .Append((Key: "$skiptoken", Value: token.ToString()))
                .Select(pair => $"{Links.Encode(pair.Key)}={Links.Encode(pair.Value)}")
        );

    // A request that accepts only the other format is refused (OR-279).
    internal static void RequireFormat(HttpRequest request, bool wantsXml)
    {
        var asked = request.Query.TryGetValue("$format", out var format) ? format : request.Headers.Accept;
        if (asked.Count == 0 || asked.ToString().Length == 0)
        {
            return;
        }
        var types = MediaTypeHeaderValue.TryParseList(asked, out var parsed)
            ? parsed.Select(type => type.MediaType.ToString()).ToList()
            : [asked.ToString()];
        if (
            types.Any(wantsXml ? IsJson : IsXml)
            && !types.Any(type => type.Contains('*', StringComparison.Ordinal) || (wantsXml ? IsXml(type) : IsJson(type)))
        )
        {
            throw Problem.FormatNotAcceptable(wantsXml ? "xml" : "json").AsException();
        }
    }

    private static bool IsJson(string type) => type is "json" or "application/json";

    private static bool IsXml(string type) =>
        type is "xml" or "atom" or "text/xml"
        || (type.StartsWith("application/", StringComparison.Ordinal) && type.EndsWith("xml", StringComparison.Ordinal));
}
