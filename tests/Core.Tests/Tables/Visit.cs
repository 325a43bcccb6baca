using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Tests.Tables;

/// <summary>A model with every type that a table can hold.</summary>
public sealed class Visit : ITableEntity
{
    public string PartitionKey { get; set; } = "";
    public string RowKey { get; set; } = "";
    public DateTimeOffset? Timestamp { get; set; }
    public ETag ETag { get; set; }

    public string? Text { get; set; }
    public int Count { get; set; }
    public int? MaybeCount { get; set; }
    public long Size { get; set; }
    public long? MaybeSize { get; set; }
    public bool Done { get; set; }
    public bool? MaybeDone { get; set; }
    public double Ratio { get; set; }
    public double? MaybeRatio { get; set; }
    public Guid Id { get; set; }
    public Guid? MaybeId { get; set; }
    public DateTime Day { get; set; } = DateTime.UnixEpoch;
    public DateTime? MaybeDay { get; set; }
    public DateTimeOffset Moment { get; set; } = DateTimeOffset.UnixEpoch;
    public DateTimeOffset? MaybeMoment { get; set; }
    public byte[]? Bytes { get; set; }
    public BinaryData? Data { get; set; }
    public DayOfWeek Weekday { get; set; }
    public DayOfWeek? MaybeWeekday { get; set; }

    [DataMember(Name = "on_the_wire")]
    public string? Renamed { get; set; }

    [IgnoreDataMember]
    public string? Ignored { get; set; }
}
