using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>The instances of a repeat on a page, found by reading the submissions one after the other.</summary>
internal sealed class RepeatPage(ODataRequest request, string? tokenPlace)
{
    private readonly SkipToken? _token = request.Options.SkipToken;
    private bool _passedToken = request.Options.SkipToken is null;
    private int _skipped;
    private bool _more;
    private SkipToken? _last;

    /// <summary>Where in the list to begin: a count covers all rows, whatever the page.</summary>
    public string? StartsAfter => tokenPlace is null || request.Options.Count ? null : StoredSubmission.JustBefore(tokenPlace);

    public long Seen { get; private set; }

    public bool IsDone => _more && !request.Options.Count;

    public async Task WriteAsync(ExportedSubmission exported, ODataAnswer answer, CancellationToken cancellationToken)
    {
        var instanceId = exported.Submission.RootId.Value;

        // The submission that the token names may have been deleted.
        _passedToken |= tokenPlace is not null && string.CompareOrdinal(exported.Stored.Place, tokenPlace) > 0;
        var rows = SubmissionRows.Read(request.Schema, await exported.Stored.ReadXmlAsync(cancellationToken));
        ILookup<ExportRow?, ExportRow>? rowsByParent = null;
        if (request.Options.Expand)
        {
            var all = rows.ToList();
            (rows, rowsByParent) = (all, all.ToLookup(row => row.Parent));
        }
        foreach (var row in rows.Where(row => request.Address.Includes(row, instanceId)))
        {
            Seen++;
            if (!_passedToken)
            {
                _passedToken = row.ODataId(instanceId) == _token!.RepeatId;
            }
            else if (_skipped < request.Options.Skip)
            {
                _skipped++;
            }
            else if (answer.IsFull)
            {
                _more = true;
                if (IsDone)
                {
                    return;
                }
            }
            else
            {
                await answer.WriteAsync(exported, row, rowsByParent, cancellationToken);
                _last = new SkipToken(instanceId, row.ODataId(instanceId));
            }
        }
    }

    public Task EndAsync(ODataAnswer answer, CancellationToken cancellationToken) =>
        _passedToken
            ? answer.EndAsync(_more ? _last : null, request.Options.Count ? Seen : null, cancellationToken)
            : throw Problem.SkipTokenRowMissing().AsException();
}
