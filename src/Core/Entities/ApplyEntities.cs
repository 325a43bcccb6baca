using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Entities;

/// <summary>A submission and its changes of entities.</summary>
/// <param name="Version">The sender, user agent and time: the template of each new entity version, without number, label and data.</param>
/// <param name="IsApproved">Whether its review state is `approved`.</param>
public sealed record EntitySubmission(
    EntityOrigin Origin,
    EntitySource Source,
    EntityVersion Version,
    bool IsApproved,
    IReadOnlyList<EntityBlock> Blocks
)
{
    /// <summary>Set when the submission was put in the backlog because of this entity and is now processed.</summary>
    public BackloggedEntity? Turn { get; init; }

    /// <summary>Whether the wait has expired: the preceding update is no longer expected.</summary>
    public bool Forces { get; init; }

    /// <summary>Whether entities that wait for approval are created where the dataset no longer requires it.</summary>
    public bool Converts { get; init; }
}

/// <summary>
/// Creates and updates entities from a submission (OR-238 to OR-241). An invalid entity is logged to the audit as `entity.error`, and
/// affects neither the submission nor its other entities. Running it again for a submission changes each entity only once.
/// </summary>
public sealed class ApplyEntities(
    DatasetDirectory datasets,
    EntitiesTable entities,
    WriteEntity write,
    EntityBacklogTable backlog,
    AuditLog audits,
    AnnounceChange announce,
    TimeProvider clock
)
{
    /// <summary>
    /// Applies the entities of a submission. After a submission has changed an entity, its edits have no further effect; an instance that
    /// failed is not retried until the submission is edited. Entities that need approval are created once it is given. Two operations, one
    /// per dataset, two per entity created, and three per entity updated (four for an update of an older version). Returns updates from the
    /// backlog that can now be applied.
    /// </summary>
    public async Task<IReadOnlyList<BackloggedEntity>> RunAsync(EntitySubmission submission, CancellationToken cancellationToken)
    {
        var outcome = await entities.FindOutcomeAsync(submission.Origin, cancellationToken);
        var isNew = outcome is null || (!outcome.Applied && outcome.InstanceId != submission.Source.InstanceId);
        if (!isNew && !submission.IsApproved && submission.Turn is null && !submission.Converts)
        {
            return [];
        }
        if (submission.Turn is not null || submission.Converts)
        {
            var (project, form) = (submission.Origin.Project, submission.Origin.Form);
            await announce.LateEntitiesAsync(project, form, submission.Source.InstanceId, cancellationToken);
        }
        var next = new List<BackloggedEntity>();
        var applied = outcome?.Applied ?? false;
        var waitsFor = new List<string>();
        var seen = new HashSet<(string Dataset, string Id)>();
        foreach (var (block, dataset, order) in await InOrderAsync(submission, cancellationToken))
        {
            // A waiting entity keeps waiting for approval, even if the dataset no longer requires it.
            var needsApproval = block.Create && dataset is { ApprovalRequired: true };
            var waits = needsApproval || (block.Create && outcome is { Waits: true });
            if (submission.Turn is { } turn ? !turn.IsOf(block) : !isNew && !waits)
            {
                continue;
            }
            try
            {
                var id = Require(block, dataset, seen);
                var mayCreate = !needsApproval || submission.IsApproved;
                switch (await write.RunAsync(dataset!, id, block, At(submission, order), mayCreate, cancellationToken))
                {
                    case WriteOutcome.Written:
                        applied = true;
                        next.AddRange(await FindNextAsync(dataset!, id, block, cancellationToken));
                        break;
                    case WriteOutcome.WaitsForApproval:
                        waitsFor.Add(dataset!.Key);
                        break;
                    case WriteOutcome.BeforeItsTurn:
                        await backlog.AddAsync(BackloggedEntity.Of(dataset!, id, block, submission, clock.GetUtcNow()), cancellationToken);
                        break;
                }
            }
            catch (ProblemException refusal)
            {
                await AuditAsync(submission, block, refusal.Problem, cancellationToken);
            }
        }
        await entities.WriteOutcomeAsync(
            submission.Origin,
            new EntityOutcome(submission.Source.InstanceId, applied, waitsFor.Count > 0) { WaitsFor = waitsFor },
            cancellationToken
        );
        return next;
    }

    // As Central has it: dataset by dataset, in the order in which these were created, and within one in the order of the document.
    private async Task<IReadOnlyList<(EntityBlock Block, Dataset? Dataset, int Order)>> InOrderAsync(
        EntitySubmission submission,
        CancellationToken cancellationToken
    )
    {
        var named = new Dictionary<string, Dataset?> { [""] = null };
        foreach (var name in submission.Blocks.Select(block => block.Dataset).Where(name => name.Length > 0).Distinct())
        {
            named[name] = await datasets.FindAsync(submission.Origin.Project, name, cancellationToken);
        }
        return
        [
            .. submission
                .Blocks.Select(block => (Block: block, Dataset: named[block.Dataset]))
                .OrderBy(one => one.Dataset?.CreatedAt ?? DateTimeOffset.MaxValue)
                .Select((one, order) => (one.Block, one.Dataset, order)),
        ];
    }

    // A tick apart, so that lists keep the order of a submission's entities.
    private static EntitySubmission At(EntitySubmission submission, int order) =>
        submission with
        {
            Version = submission.Version with { CreatedAt = submission.Version.CreatedAt.AddTicks(order) },
        };

    // Each update of an offline branch waits for its predecessor; the first one waits for the creation of its entity, if the same phone
    // created it.
    private async Task<IEnumerable<BackloggedEntity>> FindNextAsync(
        Dataset dataset,
        EntityId id,
        EntityBlock block,
        CancellationToken cancellationToken
    ) =>
        block.Branch is { } branch
        && await backlog.FindAsync(dataset, id, branch, (block.BaseNumber ?? 0) + 1, cancellationToken) is { } next
            ? [next]
            : [];

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

    private Task AuditAsync(EntitySubmission submission, EntityBlock block, Problem problem, CancellationToken cancellationToken) =>
        audits.WriteAsync(
            submission.Version.Creator,
            "entity.error",
            Scope.Of(submission.Origin.Project, submission.Origin.Form),
            new
            {
                submission = new { xmlFormId = submission.Source.XmlFormId, instanceId = submission.Source.InstanceId },
                entity = new { dataset = block.Dataset, uuid = block.Id },
                problem = new { problemCode = problem.Code, problemDetails = problem.Details },
                errorMessage = problem.Message,
            },
            cancellationToken
        );
}
