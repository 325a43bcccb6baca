using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>How files of one kind change their rows.</summary>
/// <param name="Action">The action in the audit log.</param>
/// <param name="PlanAsync">Finds what a file would change.</param>
/// <param name="ApplyAsync">Writes that.</param>
/// <param name="CellsOf">A row as in the file, by column.</param>
internal sealed record SheetUpload<T, TPlan>(
    string Action,
    Func<DomainUser, FixtureSheet, CancellationToken, Task<TPlan>> PlanAsync,
    Func<DomainUser, TPlan, Task> ApplyAsync,
    Func<TPlan, T, IReadOnlyDictionary<string, string>> CellsOf
)
    where T : class
    where TPlan : FixtureUpload<T>
{
    /// <summary>Those that the address takes beside `dry_run`.</summary>
    public string[] Parameters { get; init; } = [];

    /// <summary>The lookup table whose rows they are.</summary>
    public string? TableId { get; init; }
}

/// <summary>Runs uploads of files of rows.</summary>
public sealed class SheetUploads(EndpointPipeline pipeline, DomainApi api, SheetBody sheets)
{
    private const int MaxExamples = 20;

    /// <summary>
    /// Changes what the body's file says, or with `dry_run=true` only says what it would change. Logs what is written, also of an upload
    /// that stops half way. Refuses what <see cref="SheetBody"/> refuses.
    /// </summary>
    internal Task<IResult> RunAsync<T, TPlan>(HttpRequest request, string domain, SheetUpload<T, TPlan> upload)
        where T : class
        where TPlan : FixtureUpload<T> =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.ProjectUpdate,
            user =>
                sheets.RunAsync(
                    request,
                    [.. upload.Parameters, "dry_run"],
                    async sheet =>
                    {
                        var plan = await upload.PlanAsync(user, sheet, request.HttpContext.RequestAborted);
                        return Flags.IsTrue(request, "dry_run")
                            ? Json.Ok(AnswerOf(upload, plan, dryRun: true))
                            : await ApplyAsync(user, upload, plan);
                    }
                )
        );

    private async Task<IResult> ApplyAsync<T, TPlan>(DomainUser user, SheetUpload<T, TPlan> upload, TPlan plan)
        where T : class
        where TPlan : FixtureUpload<T>
    {
        try
        {
            await upload.ApplyAsync(user, plan);
        }
        catch when (plan.Written.IsAny)
        {
            await LogAsync(user, upload, plan);
            throw;
        }
        return await LogAsync(user, upload, plan);
    }

    private Task<IResult> LogAsync<T, TPlan>(DomainUser user, SheetUpload<T, TPlan> upload, TPlan plan)
        where T : class
        where TPlan : FixtureUpload<T>
    {
        var (added, changed, removed) = (plan.Written.Added, plan.Written.Changed, plan.Written.Removed);
        object details = upload.TableId is { } tableId
            ? new
            {
                tableId,
                added,
                changed,
                removed,
            }
            : new
            {
                added,
                changed,
                removed,
            };
        return api.DoneAsync(user, upload.Action, details, StatusCodes.Status200OK, AnswerOf(upload, plan, dryRun: false));
    }

    private static UploadAnswer AnswerOf<T, TPlan>(SheetUpload<T, TPlan> upload, TPlan plan, bool dryRun)
        where T : class
        where TPlan : FixtureUpload<T>
    {
        IEnumerable<UploadExampleAnswer> Examples(IEnumerable<RowChange<T>> changes) =>
            changes
                .Take(MaxExamples)
                .Select(one => new UploadExampleAnswer
                {
                    Before = one.Before is null ? null : upload.CellsOf(plan, one.Before),
                    After = upload.CellsOf(plan, one.After),
                });
        return new UploadAnswer(
            dryRun,
            plan.Added.Count,
            plan.Changed.Count,
            plan.Removed.Count,
            plan.Moved.Count,
            plan.Unchanged,
            new UploadExamplesAnswer(
                Examples(plan.Added),
                Examples(plan.Changed),
                plan.Removed.Take(MaxExamples).Select(one => new UploadExampleAnswer { Before = upload.CellsOf(plan, one) })
            )
        );
    }
}
