using System.Text;
using System.Text.Json;
using ServerlessRosa.Core.Exports;
using Xunit;

namespace ServerlessRosa.Core.Tests.Exports;

public sealed class GeoValueTests
{
    [Theory, Clause("OR-278")]
    [InlineData(
        "12.5 -3.25 100 4.5",
        """{"type":"Point","coordinates":[-3.25,12.5,100],"properties":{"accuracy":4.5}}""",
        "POINT (-3.25 12.5 100)"
    )]
    [InlineData("12.5 -3.25", """{"type":"Point","coordinates":[-3.25,12.5]}""", "POINT (-3.25 12.5)")]
    [InlineData("12.5", "null", null)]
    [InlineData("north west", "null", null)]
    [InlineData("1 2; 3 4", "null", null)]
    [InlineData("NaN 1", "null", null)]
    public void A_point_is_GeoJSON_or_text(string answer, string json, string? wkt)
    {
        Assert.Equal(json, Written(writer => GeoValue.WritePoint(writer, answer, wkt: false)));
        Assert.Equal(wkt is null ? "null" : $"\"{wkt}\"", Written(writer => GeoValue.WritePoint(writer, answer, wkt: true)));
    }

    [Fact, Clause("OR-278")]
    public void Lines_and_areas_are_lists_of_points()
    {
        const string path = "1 2 0 0; 3 4 5 0;";
        Assert.Equal(
            """{"type":"LineString","coordinates":[[2,1,0],[4,3,5]]}""",
            Written(json => GeoValue.WriteLine(json, path, wkt: false))
        );
        Assert.Equal(
            """{"type":"Polygon","coordinates":[[[2,1,0],[4,3,5]]]}""",
            Written(json => GeoValue.WriteArea(json, path, wkt: false))
        );
        Assert.Equal("\"LINESTRING (2 1 0,4 3 5)\"", Written(json => GeoValue.WriteLine(json, path, wkt: true)));
        Assert.Equal("\"POLYGON ((2 1 0,4 3 5))\"", Written(json => GeoValue.WriteArea(json, path, wkt: true)));
        Assert.Equal("null", Written(json => GeoValue.WriteLine(json, ";", wkt: true)));
    }

    [Fact, Clause("OR-278")]
    public void A_point_that_cannot_be_read_leaves_the_others_and_accuracies_stay_with_their_points()
    {
        const string path = "1 2 0 7.5; bad; 3 4; 5 6 1 0;";
        Assert.Equal(
            """{"type":"LineString","coordinates":[[2,1,0],[4,3],[6,5,1]],"properties":{"accuracies":[7.5,null,null]}}""",
            Written(json => GeoValue.WriteLine(json, path, wkt: false))
        );
        Assert.Equal(
            """{"type":"Polygon","coordinates":[[[2,1,0],[4,3],[6,5,1]]],"properties":{"accuracies":[7.5,null,null]}}""",
            Written(json => GeoValue.WriteArea(json, path, wkt: false))
        );
        Assert.Equal("\"LINESTRING (2 1 0,4 3,6 5 1)\"", Written(json => GeoValue.WriteLine(json, path, wkt: true)));
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            write(json);
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
