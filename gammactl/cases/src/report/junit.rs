//! The results of test cases as JUnit's XML, which CI systems show.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Results, text::why};

/// Writes a suite for each file, and a case in it for each test.
///
/// # Errors
///
/// None that a user can cause: the text can't be written as XML.
pub fn junit(results: &Results) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new("gammactl test");
    for file in &results.files {
        let mut suite = TestSuite::new(&*file.name);
        for test in &file.tests {
            let status = if test.passed() {
                TestCaseStatus::success()
            } else {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let findings = test.findings.iter().chain(test.of_manifests.iter());
                let messages: Vec<&str> = findings.map(|f| &*f.message).collect();
                status.set_message(messages.join("; "));
                status.set_description(why(file, test, false));
                status
            };
            let mut case = TestCase::new(&*test.name, status);
            case.set_classname(&*file.name);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}
