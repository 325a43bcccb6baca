using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using Xunit;

namespace ServerlessRosa.Core.Tests.Exports;

public sealed class ODataNamesTests
{
    [Fact, Clause("OR-276")]
    public void Colliding_names_become_distinct_and_the_others_are_as_in_Central()
    {
        var names = NamesOf(["/名前", "/年齢", "/b-c", "/b.c", "/b_c", "/first-name", "/g.1/x", "/g.1/x-y", "/g-1/x"]);
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.Equal("__", names["/名前"]);
        Assert.Matches("^___[0-9a-f]{8}$", names["/年齢"]);
        Assert.Equal("b_c", names["/b_c"]);
        Assert.Equal("first_name", names["/first-name"]);
        Assert.Equal("x_y", names["/g.1/x-y"]);
    }

    [Fact, Clause("OR-276")]
    public void A_later_version_renames_nothing()
    {
        IReadOnlyList<string>[] versions =
        [
            ["/b-c"],
            ["/b.c", "/b-c", "/b_c"],
            ["/b_c", "/b.c"],
        ];
        var first = NamesOf(versions[..1]);
        var second = NamesOf(versions[..2]);
        var third = NamesOf(versions);
        Assert.Equal("b_c", first["/b-c"]);
        Assert.Equal("b_c", second["/b-c"]);
        Assert.Equal(second["/b.c"], third["/b.c"]);
        Assert.Equal(second["/b_c"], third["/b_c"]);
    }

    [Fact, Clause("OR-276")]
    public void Names_of_the_OData_service_are_not_used_for_fields()
    {
        var names = NamesOf(["/__id", "/__system", "/Submissions", "/g/Submissions", "/g/__id"]);
        Assert.Equal("Submissions", names["/g/Submissions"]);
        Assert.DoesNotContain("__id", names.Values);
        Assert.DoesNotContain("__system", names.Values);
        Assert.NotEqual("Submissions", names["/Submissions"]);
    }

    private static Dictionary<string, string> NamesOf(params IReadOnlyList<IReadOnlyList<string>> versions)
    {
        var fields = versions.Select(paths => paths.Select(Field).ToList()).ToList();
        var names = ODataNames.Of(fields);
        return fields
            .SelectMany(all => all)
            .DistinctBy(field => field.Path)
            .ToDictionary(field => field.Path, field => names.Rename(field).Name);
    }

    private static FormField Field(string path) => new(path, path.Split('/')[^1], "string", null, null, null);
}
