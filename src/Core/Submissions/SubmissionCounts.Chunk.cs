using System.Text.Json;
using Azure;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Submissions;

/// <summary>What is kept of a count.</summary>
public sealed partial class SubmissionCounts
{
    /// <summary>The counts from one place in the timeline up to the start of the next older chunk.</summary>
    private sealed record Chunk(string Start)
    {
        private const string StartColumn = "Start";
        private const string WrittenBeforeColumn = "WrittenBefore";
        private const string CountsColumn = "Counts";

        public string End { get; set; } = "";

        /// <summary>By storage's clock: rows that were written later are not counted for sure. Null once none can be added.</summary>
        public DateTimeOffset? WrittenBefore { get; set; }

        public ETag ETag { get; private init; }

        public int Rows { get; private set; }

        public Dictionary<string, int> Counts { get; private init; } = [];

        /// <summary>Null when the row is a mark.</summary>
        public static Chunk? TryRead(TableEntity row) =>
            row.GetString(StartColumn) is { } start
                ? new Chunk(start)
                {
                    End = SubmissionKeys.EndOfCount(row.RowKey),
                    ETag = row.ETag,
                    WrittenBefore = row.GetDateTimeOffset(WrittenBeforeColumn),
                    Counts = JsonSerializer.Deserialize<Dictionary<string, int>>(row.GetString(CountsColumn)!)!,
                }
                : null;

        public TableEntity ToEntity(string partition) =>
            new(partition, SubmissionKeys.CountUpTo(End))
            {
                [StartColumn] = Start,
                [CountsColumn] = ToString(),
                [WrittenBeforeColumn] = WrittenBefore,
            };

        public override string ToString() => JsonSerializer.Serialize(Counts);

        public bool Holds(string timelineKey) =>
            string.CompareOrdinal(timelineKey, Start) >= 0 && string.CompareOrdinal(timelineKey, End) < 0;

        /// <summary>A row of the timeline; null for a deleted one, which counts for nothing but is there.</summary>
        public void Add(string? state)
        {
            Rows++;
            if (state is not null)
            {
                Counts[state] = Counts.GetValueOrDefault(state) + 1;
            }
        }

        public void Add(Chunk older)
        {
            Rows += older.Rows;
            SubmissionCounts.Add(Counts, older.Counts);
        }
    }
}
