using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// Search and claim of cases that a phone does not have (CC-151, CC-152). Mobile workers need the project's `caseSearch`, since a search
/// shows every case.
/// </summary>
[Speaks(AnswerKind.CommCare)]
public sealed class CaseSearchFunctions(
    EndpointPipeline pipeline,
    SearchCases search,
    ResolveCaseQuery queries,
    ClaimCase claim,
    DomainAuthenticator domains
)
{
    private const string Nature = "error";
    private const string Types = "case_type";
    private const string IncludeClosed = "include_closed";
    private const string Hidden = "commcare_blacklisted_owner_ids";
    private const string Sort = "commcare_sort";
    private const string Owner = "owner_id";
    private const string XPath = "_xpath_query";
    private const string RelatedBy = "x_commcare_custom_related_case_property";
    private const string OldRelatedBy = "commcare_custom_related_case_property";
    private const string WithRelated = "x_commcare_include_all_related_cases";

    // For statistics only: it changes nothing in the answer.
    private const string Tag = "x_commcare_tag_";
    private static readonly FormOptions Limits = new()
    {
        ValueLengthLimit = 4096,
        ValueCountLimit = 100,
        MultipartBodyLengthLimit = 64 << 10,
    };

    /// <summary>CC-151.</summary>
    [Function("SearchCases")]
    [Query(QueryType.Text, "case_type", "*")]
    [Takes("application/x-www-form-urlencoded")]
    [AnswersAs("text/xml")]
    public Task<IResult> Search(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "a/{domain}/phone/search")] HttpRequest request,
        string domain
    ) => pipeline.CommCareAsync(request, domain, Nature, user => SearchAsync(request, user));

    [Function("SearchCasesOfApp")]
    [Query(QueryType.Text, "case_type", "*")]
    [Takes("application/x-www-form-urlencoded")]
    [AnswersAs("text/xml")]
    public Task<IResult> SearchOfApp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "a/{domain}/phone/search/{appId}")] HttpRequest request,
        string domain,
        string appId
    ) => pipeline.CommCareAsync(request, domain, Nature, user => SearchAsync(request, user));

    /// <summary>CC-152.</summary>
    [Function("ClaimCase")]
    [Query(QueryType.Text, "*")]
    [Takes("multipart/form-data")]
    [Takes("application/x-www-form-urlencoded")]
    [AnswersAs("text/xml")]
    public Task<IResult> Claim(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/phone/claim-case")] HttpRequest request,
        string domain
    ) =>
        pipeline.CommCareAsync(
            request,
            domain,
            Nature,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                Require(user, Verb.SubmissionCreate);
                var asked = await ReadAsync(request, cancellationToken);
                var id = CaseId.TryParse(asked.GetValueOrDefault("case_id").ToString(), out var given)
                    ? given
                    : throw Problem.CaseIdRequired().AsException();
                var claimant = asked.GetValueOrDefault("commcare_login_as").ToString() is { Length: > 0 } name
                    ? await domains.LogInAsAsync(user, name, cancellationToken)
                    : user;
                return await claim.RunAsync(claimant, id, Senders.Of(request, claimant), cancellationToken)
                    ? CommCareAnswers.Message(StatusCodes.Status201Created, "submit_success", "The case is claimed; sync to get it.")
                    : Results.NoContent();
            }
        );

    private async Task<IResult> SearchAsync(HttpRequest request, DomainUser user)
    {
        Require(user, Verb.SubmissionRead);
        var asked = await ReadAsync(request, request.HttpContext.RequestAborted);
        if (asked.FirstOrDefault(one => IsRefused(one.Key, one.Value)).Key is { } unknown)
        {
            throw Problem.NotSupported(unknown).AsException();
        }
        var types = asked.GetValueOrDefault(Types).OfType<string>().Where(type => type.Length > 0).ToHashSet();
        if (types.Count == 0)
        {
            throw Problem.CaseTypeRequired().AsException();
        }
        var fuzzy = types.SelectMany(type => user.Project.FuzzyProperties.GetValueOrDefault(type, [])).ToHashSet();
        var wanted = new CaseSearch(types, bool.TryParse(asked.GetValueOrDefault(IncludeClosed), out var closed) && closed)
        {
            Conditions =
            [
                .. asked
                    .Where(one => one.Key is not (Types or IncludeClosed or Owner or XPath) && !IsInstruction(one.Key))
                    .Select(one => CaseCondition.Parse(one.Key, one.Value.OfType<string>(), fuzzy.Contains(one.Key))),
            ],
            Owners = Values(asked, Owner).Where(id => id.Length > 0).ToHashSet(),
            HiddenOwners = Values(asked, Hidden).SelectMany(ids => ids.Split(' ')).ToHashSet(),
            Order = [.. Values(asked, Sort).SelectMany(keys => keys.Split(',')).Where(key => key.Length > 0).Select(CaseOrder.Parse)],
            RelatedBy = [.. Values(asked, RelatedBy).Concat(Values(asked, OldRelatedBy)).Where(name => name.Length > 0).Distinct()],
            WithRelated = Values(asked, WithRelated).Any(value => bool.TryParse(value, out var related) && related),
        };
        var query = new List<ResolvedCaseQuery>();
        foreach (var text in Values(asked, XPath).Where(text => !string.IsNullOrWhiteSpace(text)))
        {
            query.Add(await queries.RunAsync(user.Project.Id, XPath, text, request.HttpContext.RequestAborted));
        }
        return new FoundCases(search.RunAsync(user.Project.Id, wanted with { Queries = query }, request.HttpContext.RequestAborted));
    }

    private static IEnumerable<string> Values(Dictionary<string, StringValues> asked, string name) =>
        asked.GetValueOrDefault(name).OfType<string>();

    private static bool IsInstruction(string name) =>
        name.StartsWith("commcare_", StringComparison.Ordinal) || name.StartsWith("x_commcare_", StringComparison.Ordinal);

    // What would change the result and is not built is refused, also an instruction that nobody knows.
    private static bool IsRefused(string name, StringValues values) =>
        name.StartsWith(XPath, StringComparison.Ordinal)
            ? name != XPath && values.Any(value => !string.IsNullOrWhiteSpace(value))
            : IsInstruction(name)
                && name is not (Hidden or Sort or RelatedBy or OldRelatedBy or WithRelated)
                && !name.StartsWith(Tag, StringComparison.Ordinal);

    private static void Require(DomainUser user, string verb)
    {
        if (
            user.Worker is null
                ? !user.Actor.May(verb, Scope.Of(user.Project.Id)) || !user.Actor.May(Verb.SubmissionRead, Scope.Of(user.Project.Id))
                : !user.Project.CaseSearch
        )
        {
            throw Problem.NotAllowed().AsException();
        }
    }

    // Android asks in the address, the command line client in a body. A name that comes several times asks for any of its values.
    private static async Task<Dictionary<string, StringValues>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var asked = request.Query.ToDictionary(one => one.Key, one => one.Value);
        if (request.HasFormContentType)
        {
            try
            {
                foreach (var (name, values) in await request.ReadFormAsync(Limits, cancellationToken))
                {
                    asked[name] = StringValues.Concat(asked.GetValueOrDefault(name), values);
                }
            }
            catch (InvalidDataException e)
            {
                throw Problem.BrokenBody(e.Message).AsException(e);
            }
        }
        return asked;
    }
}
