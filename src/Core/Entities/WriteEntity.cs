using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

/// <summary>The outcome for one entity of a submission.</summary>
public enum WriteOutcome
{
    /// <summary>By this run or an earlier one.</summary>
    Written,

    /// <summary>The entity needs approval before it is created.</summary>
    WaitsForApproval,

    /// <summary>The preceding update of its branch has not been received yet.</summary>
    BeforeItsTurn,
}

/// <summary>Creates or updates one entity from a submission, once (OR-238 to OR-241). Refuses invalid changes.</summary>
public sealed class WriteEntity(EntitiesTable entities)
{
    // For an entity that is created from an update, which may have no label.
    private const string MadeUpLabel = "auto generated";

    public async Task<WriteOutcome> RunAsync(
        Dataset dataset,
        EntityId id,
        EntityBlock block,
        EntitySubmission submission,
        bool mayCreate,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await WriteAsync(dataset, id, block, submission, mayCreate, cancellationToken);
        }
        catch (ProblemException)
        {
            // The refusal may be caused by an earlier run that was interrupted after writing.
            if (await FindMarkAsync(dataset, id, submission, cancellationToken) == EntityMark.Own)
            {
                return WriteOutcome.Written;
            }
            throw;
        }
    }

    private async Task<WriteOutcome> WriteAsync(
        Dataset dataset,
        EntityId id,
        EntityBlock block,
        EntitySubmission submission,
        bool mayCreate,
        CancellationToken cancellationToken
    )
    {
        RequireNumbers(block);
        return await ConditionalWrite.RepeatAsync<WriteOutcome>(
            async () =>
            {
                var stored = await entities.FindAsync(dataset, id, cancellationToken);

                // Update first; create when there is no entity to update. An update in a branch waits for the creation instead.
                var inBranch = block is { Update: true, Branch: not null, BaseNumber: not null };
                if (stored is null && inBranch && !submission.Forces)
                {
                    return WriteOutcome.BeforeItsTurn;
                }
                var creates =
                    (block.Create && (!block.Update || stored is null || block.BaseNumber is null))
                    || (submission.Forces && stored is null);
                if (creates && !mayCreate)
                {
                    return WriteOutcome.WaitsForApproval;
                }
                bool written;
                if (creates)
                {
                    written = await CreateAsync(dataset, id, stored, block, submission, cancellationToken);
                }
                else
                {
                    var (existing, basis, interrupted) = await FindBasisAsync(dataset, id, stored, block, cancellationToken);
                    if (basis is null && !submission.Forces)
                    {
                        return WriteOutcome.BeforeItsTurn;
                    }
                    var from = basis ?? existing.Entity.Current;
                    written = await UpdateAsync(dataset, existing, from, interrupted, block, submission, cancellationToken);
                }
                var mark = written ? EntityMark.Own : await FindMarkAsync(dataset, id, submission, cancellationToken);
                if (mark == EntityMark.Own)
                {
                    return WriteOutcome.Written;
                }
                submission = submission with { Origin = submission.Origin with { IsNamesake = mark == EntityMark.OfOtherForm } };
                return Attempt<WriteOutcome>.Conflict;
            },
            cancellationToken
        );
    }

    private Task<EntityMark> FindMarkAsync(
        Dataset dataset,
        EntityId id,
        EntitySubmission submission,
        CancellationToken cancellationToken
    ) => entities.FindMarkAsync(dataset, id, submission.Origin, submission.Source, cancellationToken);

    private async Task<bool> CreateAsync(
        Dataset dataset,
        EntityId id,
        StoredEntity? stored,
        EntityBlock block,
        EntitySubmission submission,
        CancellationToken cancellationToken
    )
    {
        var label = block.Label ?? (submission.Forces ? MadeUpLabel : throw Problem.MissingParameter("label").AsException());
        if (stored is not null)
        {
            throw Problem.AlreadyExists(["uuid"], [id.Value], "entities").AsException();
        }
        var version = submission.Version with
        {
            Number = 1,
            Label = label,
            Data = block.Values,
            Received = EntityVersion.ReceivedOf(block.Values, block.Label),
            Branch = block.Branch,
            BranchBaseVersion = submission.Forces ? block.BaseNumber : null,
        };
        return await entities.AddAsync(
            dataset,
            new DatasetEntity(id, version.Creator, version.CreatedAt, version.RequireSize()),
            submission.Origin,
            cancellationToken
        );
    }

    // The version an update is based on: by number, or, in a branch, the version made by the preceding update. Null when that has not been
    // received yet.
    private async Task<(StoredEntity Existing, EntityVersion? Basis, bool Interrupted)> FindBasisAsync(
        Dataset dataset,
        EntityId id,
        StoredEntity? stored,
        EntityBlock block,
        CancellationToken cancellationToken
    )
    {
        var number = block.BaseNumber ?? throw Problem.MissingParameter("baseVersion").AsException();
        var existing = stored ?? throw Problem.EntityNotFound(dataset.Name, id.Value).AsException();
        if (existing.Entity.DeletedAt is not null)
        {
            throw Problem.EntityDeleted(id.Value).AsException();
        }
        var latest = existing.Entity.Current;
        if (block.Branch is null)
        {
            var named = number == latest.Number ? latest : await entities.FindVersionAsync(dataset, id, number, cancellationToken);
            return (
                existing,
                named ?? throw Problem.EntityVersionNotFound(dataset.Name, id.Value, block.BaseVersion!).AsException(),
                false
            );
        }
        if (block.TrunkNumber > latest.Number)
        {
            throw Problem.EntityVersionNotFound(dataset.Name, id.Value, $"trunkVersion={block.TrunkVersion}").AsException();
        }
        var versions = await entities.ListVersionsAsync(dataset, id, cancellationToken);
        var basis =
            number == 1 || number == block.TrunkNumber
                ? versions.FirstOrDefault(version => version.Number == number)
                : versions.FirstOrDefault(version => version.Branch == block.Branch && version.BranchBaseVersion == number - 1);
        return (
            existing,
            basis,
            block.TrunkNumber is { } trunk && versions.Any(version => version.Number > trunk && version.Branch != block.Branch)
        );
    }

    private async Task<bool> UpdateAsync(
        Dataset dataset,
        StoredEntity existing,
        EntityVersion basis,
        bool interrupted,
        EntityBlock block,
        EntitySubmission submission,
        CancellationToken cancellationToken
    )
    {
        var change = submission.Version with
        {
            Label = block.Label ?? "",
            Received = block.Values,
            Branch = block.Branch,
            TrunkVersion = block.TrunkNumber,
            BranchBaseVersion = block.Branch is null ? null : block.BaseNumber,
        };
        var next = EntityMerge.Apply(existing.Entity, basis, change, interrupted);
        return await entities.AddVersionAsync(
            dataset,
            existing,
            next with
            {
                Current = next.Current.RequireSize(),
            },
            submission.Origin,
            null,
            cancellationToken
        );
    }

    private static void RequireNumbers(EntityBlock block)
    {
        if (!block.Update)
        {
            return;
        }
        foreach (var (text, number) in new[] { (block.BaseVersion, block.BaseNumber), (block.TrunkVersion, block.TrunkNumber) })
        {
            if (text is not null && number is null)
            {
                throw Problem.InvalidDataType(text, "integer").AsException();
            }
        }
        if (block.Branch is null && block.TrunkVersion is not null)
        {
            throw Problem.MissingParameter("branchId").AsException();
        }
        if (block.Branch is { } branch && !Guid.TryParseExact(branch, "D", out _))
        {
            throw Problem.InvalidDataType(branch, "uuid").AsException();
        }
    }
}
