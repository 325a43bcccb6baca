using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Problems;
using Xunit;

namespace ServerlessRosa.Core.Tests.Datasets;

public sealed class DatasetNamesTests
{
    [Theory]
    [InlineData("people", true, true)]
    [InlineData("Bäume_1-a", true, true)]
    [InlineData("_a", true, true)]
    [InlineData(":a", true, false)]
    [InlineData("a:b", true, false)]
    [InlineData("a.b", false, true)]
    [InlineData("name", true, false)]
    [InlineData("LABEL", true, false)]
    [InlineData("names", true, true)]
    [InlineData("__a", false, false)]
    [InlineData("1a", false, false)]
    [InlineData("-a", false, false)]
    [InlineData("a b", false, false)]
    [InlineData("a\n", false, false)]
    [InlineData("", false, false)]
    [InlineData(null, false, false)]
    public void Valid_and_invalid_dataset_names_are_distinguished(string? name, bool dataset, bool property) =>
        Assert.Equal((dataset, property), (DatasetNames.IsDataset(name), DatasetNames.IsProperty(name)));

    [Theory]
    [InlineData("6BA7B810-9dad-41d1-80b4-00c04fd430c8", true, true)]
    [InlineData(" uuid:6ba7b810-9dad-41d1-b0b4-00c04fd430c8 ", true, true)]
    [InlineData("6ba7b810-9dad-11d1-80b4-00c04fd430c8", true, false)]
    [InlineData("6ba7b810-9dad-41d1-c0b4-00c04fd430c8", true, false)]
    [InlineData("6ba7b8109dad41d180b400c04fd430c8", false, false)]
    [InlineData("{6ba7b810-9dad-41d1-80b4-00c04fd430c8}", false, false)]
    [InlineData("x", false, false)]
    [InlineData(null, false, false)]
    public void Ids_are_UUIDs_and_new_ones_random_ones(string? text, bool isUuid, bool isRandom)
    {
        Assert.Equal(isUuid, EntityId.TryParse(text) is not null);
        var refusal = Record.Exception(() => EntityId.ParseRandom(text));
        Assert.Equal(isRandom ? null : 400.11m, (refusal as ProblemException)?.Problem.Code);
    }
}
