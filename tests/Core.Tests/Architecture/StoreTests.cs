using System.Text.RegularExpressions;
using Xunit;

namespace ServerlessRosa.Core.Tests.Architecture;

/// <summary>Only stores know Azure's storage packages, and each table is one class's own.</summary>
public sealed partial class StoreTests
{
    /// <summary>Files that use these types outside a store. Another file needs a reason.</summary>
    private static readonly string[] OutsideStores =
    [
        "src/Core/Accounts/KeyProtection.cs",
        "src/Core/Fixtures/LookupTables.cs",
        "src/Core/Recovery/RecoveryRecord.cs",
        "src/Core/Submissions/InstanceBlobs.cs",
        "src/Core/Submissions/SubmissionCounts.Chunk.cs",
        "src/Core/Submissions/SubmissionCounts.Fingerprint.cs",
        "src/Core/Submissions/SubmissionCounts.cs",
    ];

    [Fact]
    public void Types_of_the_storage_packages_stay_inside_the_stores()
    {
        var wrong = SourceFile
            .Under("src/Core")
            .Where(file => !file.Path.StartsWith("src/Core/Storage/", StringComparison.Ordinal) && !StoreName().IsMatch(file.Name))
            .Where(file => StorageType().IsMatch(file.Text))
            .Select(file => file.Path);
        Assert.Equal(OutsideStores, wrong);
    }

    [Fact]
    public void Functions_use_no_type_of_the_Azure_packages() =>
        Assert.Empty(SourceFile.Under("src/Functions").Where(file => AzureUsing().IsMatch(file.Text)).Select(file => file.Path));

    [Fact]
    public void A_table_is_opened_by_one_class_only()
    {
        var shared =
            from file in SourceFile.Under("src/Core", "src/Functions")
            // It keeps rows of its own beside the submissions that they count.
            where file.Name != "SubmissionCounts.cs"
            from table in OpenedTable().Matches(file.Text).Select(match => match.Groups[1].Value)
            group file.Name by table into opened
            where opened.Count() > 1
            select $"{opened.Key}: {string.Join(", ", opened)}";
        Assert.Empty(shared);
    }

    [Fact]
    public void Only_keys_classes_build_keys()
    {
        var wrong = SourceFile
            .Under("src")
            .Where(file => !file.Name.EndsWith("Keys.cs", StringComparison.Ordinal) && file.Name != "TableKey.cs")
            .Where(file => KeyParts().IsMatch(file.Text))
            .Select(file => file.Path);
        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"(Table|Container|Messages)(\.\w+)?\.cs$")]
    private static partial Regex StoreName();

    [GeneratedRegex(
        @"^using Azure\.(Data|Storage)\b"
            + @"|\b(TableClient|TableEntity|TableTransactionAction|BlobClient|BlobContainerClient|RequestFailedException)\b",
        RegexOptions.Multiline
    )]
    private static partial Regex StorageType();

    [GeneratedRegex(@"^using Azure(\.(Data|Storage|Core)\b|;)", RegexOptions.Multiline)]
    private static partial Regex AzureUsing();

    [GeneratedRegex(@"\.Table\(StorageNames\.(\w+)\)")]
    private static partial Regex OpenedTable();

    // A hash is also used where no key is meant.
    [GeneratedRegex(@"\bTableKey\.(Join|Number|NewestFirst)\(")]
    private static partial Regex KeyParts();
}
