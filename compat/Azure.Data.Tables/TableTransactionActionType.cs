namespace Azure.Data.Tables;

/// <summary>The operations a transaction can hold.</summary>
public enum TableTransactionActionType
{
    /// <summary>Insert; fails when the entity exists.</summary>
    Add = 0,

    /// <summary>Merge into the existing entity.</summary>
    UpdateMerge = 1,

    /// <summary>Replace the existing entity.</summary>
    UpdateReplace = 2,

    /// <summary>Delete; unlike the single operation, fails when the entity does not exist.</summary>
    Delete = 3,

    /// <summary>Merge, or insert.</summary>
    UpsertMerge = 4,

    /// <summary>Replace, or insert.</summary>
    UpsertReplace = 5,
}
