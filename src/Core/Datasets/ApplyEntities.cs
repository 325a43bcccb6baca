using System.Globalization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Datasets;

/// <summary>A submission and what it says about entities.</summary>
/// <param name="Version">Who sent it, with what, when: the version that each of its entities gets, but for number, label and data.</param>
/// <param name="IsApproved">Its review state is `approved`.</param>
public sealed record EntitySubmission(EntityOrigin Origin, EntitySource Source, EntityVersion Version, bool IsApproved, IReadOnlyList<EntityBlock> Blocks);

/// <summary>
/// Creates and updates entities as a submission says (spec 7.8). What is wrong with one is written to the audit as `entity.error` and hinders neither the
/// submission nor its other entities. However often it runs for a submission, each entity is changed once.
/// </summary>
public sealed class ApplyEntities(DatasetDirectory datasets, EntitiesTable entities, AuditLog audits)
{
    private const int MaxAttempts = 20;

    /// <summary>
    /// Of a submission that has changed an entity, edits change nothing more; what was looked at without success is not looked at again before it is
    /// edited. Entities that wait for approval are made whenever it is there. Two operations, one for each dataset, two for each
    /// entity created, and three for each updated, or four when that was made on an older version.
    /// </summary>
    public async Task RunAsync(EntitySubmission submission, CancellationToken cancellationToken)
    {
        var outcome = await entities.FindOutcomeAsync(submission.Origin, cancellationToken);
        var isNew = outcome is null || (!outcome.Applied && outcome.InstanceId != submission.Source.InstanceId);
        if (!isNew && !submission.IsApproved)
        {
            return;
        }
        var applied = outcome?.Applied ?? false;
        var named = new Dictionary<string, Dataset?>();
        var seen = new HashSet<(string Dataset, string Id)>();
        foreach (var block in submission.Blocks)
        {
            if (!named.TryGetValue(block.Dataset, out var dataset) && block.Dataset.Length > 0)
            {
                named[block.Dataset] = dataset = await datasets.FindAsync(submission.Origin.Project, block.Dataset, cancellationToken);
            }
            var waits = block.Create && dataset is { ApprovalRequired: true };
            if (!isNew && !waits)
            {
                continue;
            }
            try
            {
                var id = Require(block, dataset, seen);
                applied |= await ApplyAsync(dataset!, id, block, submission, mayCreate: !waits || submission.IsApproved, cancellationToken);
            }
            catch (ProblemException refusal)
            {
                await AuditAsync(submission, block, refusal.Problem, cancellationToken);
            }
        }
        await entities.WriteOutcomeAsync(submission.Origin, new EntityOutcome(submission.Source.InstanceId, applied), cancellationToken);
    }

    private static EntityId Require(EntityBlock block, Dataset? dataset, HashSet<(string Dataset, string Id)> seen)
    {
        if (block.Dataset.Length == 0)
        {
            throw Problem.MissingParameter("dataset").AsException();
        }
        if (dataset is null)
        {
            throw Problem.DatasetNotFound(block.Dataset).AsException();
        }
        if ((block.Create && !block.Declared.Create) || block.Dataset != block.Declared.Dataset)
        {
            throw Problem.EntityActionNotPermitted("create", block.Dataset).AsException();
        }
        if (block.Update && !block.Declared.Update)
        {
            throw Problem.EntityActionNotPermitted("update", block.Dataset).AsException();
        }
        var id = EntityId.ParseRandom(block.Id);
        return seen.Add((block.Dataset, id.Value)) ? id : throw Problem.AlreadyExists(["uuid"], [id.Value], "entities").AsException();
    }

    // False when the entity waits for approval.
    private async Task<bool> ApplyAsync(
        Dataset dataset, EntityId id, EntityBlock block, EntitySubmission submission, bool mayCreate, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(dataset, id, block, submission, mayCreate, cancellationToken);
        }
        catch (ProblemException)
        {
            // What looks wrong may be what an earlier run did, that broke off before it could say so.
            if (await entities.IsAppliedAsync(dataset, id, submission.Origin, cancellationToken))
            {
                return true;
            }
            throw;
        }
    }

    private async Task<bool> WriteAsync(
        Dataset dataset, EntityId id, EntityBlock block, EntitySubmission submission, bool mayCreate, CancellationToken cancellationToken)
    {
        var baseVersion = block is { Update: true, BaseVersion: { } text } ? Number(text) : (int?)null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var stored = await entities.FindAsync(dataset, id, cancellationToken);

            // Update first; create when there is nothing that could be updated.
            var creates = block.Create && (!block.Update || stored is null || baseVersion is null);
            if (creates && !mayCreate)
            {
                return false;
            }
            var written = creates
                ? await CreateAsync(dataset, id, stored, block, submission, cancellationToken)
                : await UpdateAsync(dataset, id, stored, baseVersion, block, submission, cancellationToken);
            if (written || await entities.IsAppliedAsync(dataset, id, submission.Origin, cancellationToken))
            {
                return true;
            }
        }
        throw new InvalidOperationException($"The entity {id} of the dataset {dataset.Name} in project {dataset.Project} kept changing under a submission.");
    }

    private async Task<bool> CreateAsync(
        Dataset dataset, EntityId id, StoredEntity? stored, EntityBlock block, EntitySubmission submission, CancellationToken cancellationToken)
    {
        var label = block.Label ?? throw Problem.MissingParameter("label").AsException();
        if (stored is not null)
        {
            throw Problem.AlreadyExists(["uuid"], [id.Value], "entities").AsException();
        }
        var version = submission.Version with { Number = 1, Label = label, Data = block.Values, Received = block.Values, Branch = block.Branch };
        return await entities.AddAsync(
            dataset, new DatasetEntity(id, version.Creator, version.CreatedAt, version.RequireSize()), submission.Origin, cancellationToken);
    }

    private async Task<bool> UpdateAsync(
        Dataset dataset, EntityId id, StoredEntity? stored, int? baseVersion, EntityBlock block, EntitySubmission submission, CancellationToken cancellationToken)
    {
        var number = baseVersion ?? throw Problem.MissingParameter("baseVersion").AsException();
        if (stored is null)
        {
            throw Problem.EntityNotFound(dataset.Name, id.Value).AsException();
        }
        if (stored.Entity.DeletedAt is not null)
        {
            throw Problem.EntityDeleted(id.Value).AsException();
        }
        var latest = stored.Entity.Current;
        var basis = number == latest.Number ? latest
            : await entities.FindVersionAsync(dataset, id, number, cancellationToken)
                ?? throw Problem.EntityVersionNotFound(dataset.Name, id.Value, block.BaseVersion!).AsException();
        var change = submission.Version with { Label = block.Label ?? "", Received = block.Values };
        var next = EntityMerge.Apply(stored.Entity, basis, change, interrupted: false);
        return await entities.AddVersionAsync(dataset, stored, next with { Current = next.Current.RequireSize() }, submission.Origin, cancellationToken);
    }

    private Task AuditAsync(EntitySubmission submission, EntityBlock block, Problem problem, CancellationToken cancellationToken) =>
        audits.WriteAsync(
            submission.Version.Creator, "entity.error", Scope.Of(submission.Origin.Project, submission.Origin.Form),
            new
            {
                submission = new { xmlFormId = submission.Source.XmlFormId, instanceId = submission.Source.InstanceId },
                entity = new { dataset = block.Dataset, uuid = block.Id },
                problem = new { problemCode = problem.Code, problemDetails = problem.Details },
                errorMessage = problem.Message,
            },
            cancellationToken);

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Problem.InvalidDataType(text, "integer").AsException();
}
