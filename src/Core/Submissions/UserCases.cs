using System.Xml;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Keeps a case of type `commcare-user` for each mobile worker of a project that wants it (CC-155): with the worker's data as properties,
/// the user id as external id and owner, closed while the worker is deactivated or deleted. Its changes are forms of the user `system`.
/// </summary>
public sealed class UserCases(
    CasesTable cases,
    MobileWorkers workers,
    SubmitCases submit,
    SubmissionDirectory submissions,
    SubmissionFilesContainer files,
    ApplySubmittedEntities forms
)
{
    public const string Type = "commcare-user";
    private const string User = "system";
    private const int MaxName = 255;
    private const int MaxAtOnce = 1000;
    private const int MaxInForm = 100;
    private const int MaxAttempts = 5;

    // What a worker without locations no longer has.
    private static readonly string[] LocationProperties =
    [
        "commcare_location_id",
        "commcare_location_ids",
        "commcare_primary_case_sharing_id",
    ];

    private static readonly HashSet<string> Reserved =
    [
        "case_id",
        "case_type",
        "case_name",
        "name",
        "owner_id",
        "external_id",
        "user_id",
        "date_opened",
        "date_modified",
        "supply_point_location_id",
    ];

    /// <summary>The id of a worker's case. It follows from the user id, so that concurrent requests create one case.</summary>
    public static CaseId IdOf(OwnerId user) => CaseId.FromStored(TableKey.Hash($"{Type} {user.Value}")[..32]);

    /// <summary>
    /// Brings the case of a worker who was created, changed, deactivated or deleted up to date. Nothing in a project without user cases.
    /// Reads the worker again after a change, since another request may have changed it meanwhile. Four operations when nothing differs,
    /// three and those of a form for each change, and one per form of the case for a worker who is activated again.
    /// </summary>
    public async Task UpdateAsync(Project project, OwnerId user, Sender sender, CancellationToken cancellationToken)
    {
        for (var attempt = 0; project.UserCases && project.Domain is not null && attempt < MaxAttempts; attempt++)
        {
            var worker = await workers.FindAsync(project.Id, user, cancellationToken);
            var found = (await cases.FindAsync(IdOf(user), cancellationToken))?.Case;
            if (found is not null && found.Project != project.Id)
            {
                return;
            }
            var closes = worker is not { IsActive: true };
            if (found is { Closed: true, Deleted: false } && !closes)
            {
                await ReopenAsync(found, cancellationToken);
                found = (await cases.FindAsync(IdOf(user), cancellationToken))?.Case;
            }
            if (worker is not null && RequestOf(project, worker, found) is { } request)
            {
                await SubmitAsync(project, [request], sender, cancellationToken);
            }
            else if (closes && found is { Closed: false, Deleted: false })
            {
                await SubmitAsync(project, [new CaseRequest(found.Id, Creates: false) { Closes = true }], sender, cancellationToken);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>
    /// The same for a worker whose phone syncs, so that a change that was interrupted is completed. One operation when nothing differs.
    /// </summary>
    public async Task UpdateBeforeSyncAsync(DomainUser user, Sender sender, CancellationToken cancellationToken)
    {
        if (
            user is { Project.UserCases: true, Worker: { } worker }
            && RequestOf(user.Project, worker, (await cases.FindAsync(IdOf(worker.UserId), cancellationToken))?.Case) is not null
        )
        {
            await UpdateAsync(user.Project, worker.UserId, sender, cancellationToken);
        }
    }

    /// <summary>
    /// When a project is <paramref name="switched"/> on, creates the cases of the first 1,000 active workers; those of others follow with
    /// their next change or sync. One operation per 1,000 workers, one per worker, and those of a form with up to 100 cases.
    /// </summary>
    public async Task CreateAllAsync(Project project, bool? switched, Sender sender, CancellationToken cancellationToken)
    {
        if (switched != true || !project.UserCases || project.Domain is null)
        {
            return;
        }
        var active = (await workers.ListAsync(project.Id, cancellationToken)).Where(worker => worker.IsActive).Take(MaxAtOnce);
        foreach (var some in active.Chunk(MaxInForm))
        {
            var requests = await InParallel.EachAsync(
                some,
                async (worker, stop) => RequestOf(project, worker, (await cases.FindAsync(IdOf(worker.UserId), stop))?.Case),
                cancellationToken
            );
            if (requests.OfType<CaseRequest>().ToList() is { Count: > 0 } missing)
            {
                await SubmitAsync(project, missing, sender, cancellationToken);
            }
        }
    }

    private Task<InstanceId> SubmitAsync(
        Project project,
        IReadOnlyList<CaseRequest> requests,
        Sender sender,
        CancellationToken cancellationToken
    ) => submit.RunAsync(project.Id, requests, User, User, sender, cancellationToken);

    // As CommCare HQ: the forms that closed the case are removed. A form of a phone that closed it stays.
    private async Task ReopenAsync(Case value, CancellationToken cancellationToken)
    {
        foreach (var form in value.Transactions.Where(transaction => transaction.User == User).Select(transaction => transaction.Form))
        {
            if (
                await files.ReadXmlAsync(value.Project, form.Form, form.Instance, form.XmlHash, cancellationToken) is { } xml
                && CaseBlockReader.Read(xml, knowsVersion1: false).Blocks is [{ Closes: true } block]
                && block.Id == value.Id
            )
            {
                var space = await forms.WithShardsAsync(new SubmissionSpace(value.Project, form.Form, null), cancellationToken);
                await submissions.DeleteAsync(space, form.Root, cancellationToken);
            }
        }
    }

    // Null when the case has all of it.
    private static CaseRequest? RequestOf(Project project, MobileWorker worker, Case? found)
    {
        var (id, name) = (IdOf(worker.UserId), ShortText.Cut(worker.DisplayName, MaxName));
        var wanted = PropertiesOf(project, worker);
        if (found is null or { Deleted: true })
        {
            return new CaseRequest(id, Creates: true)
            {
                Type = Type,
                Name = name,
                Owner = worker.UserId.Value,
                Properties = wanted,
            };
        }
        if (found.Project != project.Id)
        {
            return null;
        }
        foreach (var gone in LocationProperties.Where(one => found.Properties.GetValueOrDefault(one) is { Length: > 0 }))
        {
            wanted.TryAdd(gone, "");
        }
        var changed = wanted.Where(one => found.Properties.GetValueOrDefault(one.Key) != one.Value).ToDictionary();
        var request = new CaseRequest(id, Creates: false)
        {
            Type = found.Type == Type ? null : Type,
            Name = found.Name == name ? null : name,
            Owner = found.Owner == worker.UserId ? null : worker.UserId.Value,
            ExternalId = found.ExternalId == worker.UserId.Value ? null : worker.UserId.Value,
            Properties = changed,
        };
        return changed.Count > 0 || (request.Type ?? request.Name ?? request.Owner ?? request.ExternalId) is not null ? request : null;
    }

    private static Dictionary<string, string> PropertiesOf(Project project, MobileWorker worker)
    {
        var properties = new Dictionary<string, string>();
        foreach (var (name, text) in worker.UserData)
        {
            if (!Reserved.Contains(name) && IsName(name) && IsText(text))
            {
                properties[name] = text.Trim();
            }
        }
        if (worker.PrimaryLocation is { Length: > 0 } primary)
        {
            properties["commcare_location_id"] = primary;
            properties["commcare_location_ids"] = string.Join(' ', worker.Locations);
            properties["commcare_primary_case_sharing_id"] = primary;
        }
        properties["username"] = worker.Username;
        properties["first_name"] = worker.FirstName.Trim();
        properties["last_name"] = worker.LastName.Trim();
        properties["email"] = worker.Email.Trim();
        properties["language"] = worker.Language.Trim();
        properties["phone_number"] = worker.PhoneNumbers is [var first, ..] ? first.Trim() : "";
        properties["commcare_project"] = project.Domain!;
        properties["hq_user_id"] = worker.UserId.Value;
        return properties.Where(one => IsText(one.Value)).ToDictionary();
    }

    private static bool IsName(string name) =>
        name.Length > 0 && XmlConvert.IsStartNCNameChar(name[0]) && name.All(XmlConvert.IsNCNameChar);

    private static bool IsText(string text)
    {
        try
        {
            return XmlConvert.VerifyXmlChars(text) is not null;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
