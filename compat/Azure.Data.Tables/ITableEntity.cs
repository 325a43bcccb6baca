namespace Azure.Data.Tables;

/// <summary>What every entity has. Implement it, or use <see cref="TableEntity"/>.</summary>
public interface ITableEntity
{
    /// <summary>First half of the key: entities that share it can be written in one transaction.</summary>
    string PartitionKey { get; set; }

    /// <summary>Second half of the key, unique within its partition.</summary>
    string RowKey { get; set; }

    /// <summary>When the service last wrote the entity. Set by the service; ignored when written.</summary>
    DateTimeOffset? Timestamp { get; set; }

    /// <summary>The version that was read. Set by the service; ignored when written.</summary>
    ETag ETag { get; set; }
}
